import Foundation
import PackagePlugin

/// `swift package --allow-writing-to-package-directory renew-manual`: writes `man/` and `completions/` from the
/// program's help and the parts in `man/parts`.
@main
struct RenewManual: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) throws {
        let tool = try context.tool(named: "fleet-manual")
        let process = try Process.run(tool.url, arguments: [context.package.directoryURL.path])
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            Diagnostics.error("the manual was not renewed")
        }
    }
}
