import FleetGuard
import FleetKit
import Testing

@Suite("The mosaic home")
struct MosaicHomeTests {
    private func home(_ option: String?, _ environment: [String: String]) throws -> String {
        try MosaicHome.resolve(option: option, environment: environment, currentDirectory: "/cwd").path
    }

    @Test func firstOfOptionVariableXDGAndHomeWins() throws {
        let all = ["MOSAIC_HOME": "/m", "XDG_CONFIG_HOME": "/x", "HOME": "/h"]
        #expect(try home("/o/", all) == "/o")
        #expect(try home("here", all) == "/cwd/here")
        #expect(try home("~/o", all) == "/h/o")
        #expect(try home(nil, all) == "/m")
        #expect(try home(nil, ["XDG_CONFIG_HOME": "/x", "HOME": "/h"]) == "/x/mosaic")
        #expect(try home(nil, ["HOME": "/h"]) == "/h/.config/mosaic")
        #expect(try home(nil, ["HOME": "/"]) == "/.config/mosaic")
    }

    @Test func emptyVariablesAreUnsetAndARelativeXDGPathIsIgnored() throws {
        #expect(try home(nil, ["MOSAIC_HOME": "", "XDG_CONFIG_HOME": "", "HOME": "/h"]) == "/h/.config/mosaic")
        #expect(try home(nil, ["XDG_CONFIG_HOME": "conf", "HOME": "/h"]) == "/h/.config/mosaic")
    }

    @Test func withoutHOMEThePasswordDatabaseSpeaks() throws {
        for environment in [[:], ["HOME": ""], ["HOME": "relative"]] {
            let path = try home(nil, environment)
            #expect(path.hasPrefix("/") && path.hasSuffix("/.config/mosaic") && !path.contains("relative"))
        }
    }

    @Test(arguments: ["", "a\nb", "a\u{0}b", String(repeating: "x", count: 5000)])
    func refusesWhatIsNoPath(option: String) {
        let error = #expect(throws: FleetError.self) { try home(option, [:]) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains("--mosaic-home") == true)
    }

    @Test func aRelativeVariableIsRefused() {
        let error = #expect(throws: FleetError.self) { try home(nil, ["MOSAIC_HOME": "m", "HOME": "/h"]) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains("$MOSAIC_HOME") == true)
    }

    @Test func paths() {
        let home = MosaicHome(absolute: "/m/")
        #expect(home.rosterPath == "/m/fleet/roster.toml")
        #expect(home.runDirectory == "/m/fleet/run")
    }

    @Test func aTypedHomeThatIsNotThereIsAnErrorAndTheUsualOneIsNot() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path + "/typo"
        for (option, variable) in [(missing, nil), (nil, missing), ("here/typo", nil)] as [(String?, String?)] {
            let environment = ["HOME": folder.path].merging(variable.map { ["MOSAIC_HOME": $0] } ?? [:]) { $1 }
            let error = #expect(throws: FleetError.self) {
                try MosaicHome.checkTyped(option: option, environment: environment)
            }
            #expect(error?.code == .usage)
            #expect(error?.message.contains(option == nil ? "$MOSAIC_HOME" : "--mosaic-home") == true)
            #expect(error?.hint.contains("mosaic fleet init --mosaic-home") == true)
        }
        try MosaicHome.checkTyped(option: nil, environment: ["HOME": missing])
        try MosaicHome.checkTyped(option: nil, environment: ["HOME": missing, "MOSAIC_HOME": ""])
        try MosaicHome.checkTyped(option: folder.path, environment: ["MOSAIC_HOME": missing])
    }
}
