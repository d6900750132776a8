internal import GuardExplorer

// guard-explorer: explores the guard's shipped code in simulated worlds, prints figures and broken schedules.
do {
    let options = try ExplorerOptions(CommandLine.arguments.dropFirst())
    let isFine = ExplorerCommand(options).run()
    if !isFine { exitWithFailure() }
} catch {
    print("guard-explorer: \(error)\n\(ExplorerOptions.usage)")
    exitWithFailure()
}
