// swift-tools-version: 6.3
import PackageDescription

/// What every Swift target of this package is compiled with.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// Layers: mosaic -> FleetCommands -> FleetKit <- FleetDBus, FleetSystemctl, FleetFake; FleetKit -> FleetGuard.
// Only `mosaic` sees every backend; nothing else may import across.
let package = Package(
    name: "mosaic-fleet",
    products: [
        .executable(name: "mosaic", targets: ["mosaic"]),
        .library(name: "FleetGuard", targets: ["FleetGuard"]),
        .library(name: "FleetKit", targets: ["FleetKit"]),
        .library(name: "FleetDBus", targets: ["FleetDBus"]),
        .library(name: "no-flock", type: .dynamic, targets: ["NoFlock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // The core
        .target(name: "CLinux"),
        // The lock alone, also for other programs: no TOML, no child processes, no command line
        .target(
            name: "FleetGuard",
            dependencies: [
                "CLinux",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .target(
            name: "FleetKit",
            dependencies: [
                "FleetGuard", "CLinux",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: house),

        // Three ways to a service manager
        .systemLibrary(name: "CDBus", pkgConfig: "dbus-1", providers: [.apt(["libdbus-1-dev"])]),
        .target(name: "CDBusLoader", dependencies: ["CDBus"]),
        .target(
            name: "FleetDBus",
            dependencies: [
                "FleetGuard", "FleetKit", "CDBus", "CDBusLoader", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .target(name: "FleetSystemctl", dependencies: ["FleetGuard", "FleetKit"], swiftSettings: house),
        .target(name: "FleetFake", dependencies: ["FleetGuard", "FleetKit"], swiftSettings: house),

        // What an outside program does with them: they see nothing but what is public
        .executableTarget(
            name: "guarded-section", dependencies: ["FleetGuard"], path: "Examples/GuardedSection",
            packageAccess: false),
        .executableTarget(
            name: "restart-fleet", dependencies: ["FleetDBus", "FleetGuard", "FleetKit"],
            path: "Examples/RestartFleet", packageAccess: false),

        // What the operator types
        .target(
            name: "FleetCommands",
            dependencies: [
                "FleetGuard", "FleetKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "mosaic",
            dependencies: ["FleetCommands", "FleetGuard", "FleetKit", "FleetDBus", "FleetSystemctl", "FleetFake"],
            swiftSettings: house),

        // man/ and completions/, from the program's own help
        .target(
            name: "FleetManual",
            dependencies: [
                "FleetCommands", "FleetGuard", "FleetKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),
        .executableTarget(name: "fleet-manual", dependencies: ["FleetManual"], swiftSettings: house),
        .plugin(
            name: "RenewManual",
            capability: .command(
                intent: .custom(verb: "renew-manual", description: "Write the manual pages and the completions."),
                permissions: [
                    .writeToPackageDirectory(reason: "The manual pages and the completions are part of the package.")
                ]),
            dependencies: ["fleet-manual"]),
        .testTarget(
            name: "FleetManualTests",
            dependencies: ["FleetManual", "FleetTestSupport", "mosaic"],
            swiftSettings: house),

        // The proof of the guard: its shipped code in a simulated world, see docs/guard-proof.md
        .target(
            name: "GuardExplorer",
            dependencies: ["FleetGuard", "FleetKit", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/GuardExplorer",
            swiftSettings: house),
        .executableTarget(
            name: "guard-explorer",
            dependencies: ["GuardExplorer"],
            path: "Tests/GuardExplorerCommand",
            swiftSettings: house),
        .testTarget(
            name: "GuardExplorerTests",
            dependencies: ["GuardExplorer", "FleetGuard", "FleetKit"],
            swiftSettings: house),

        // Tests
        .target(
            name: "FleetTestSupport",
            dependencies: ["FleetGuard", "FleetKit", "FleetFake"],
            path: "Tests/FleetTestSupport",
            swiftSettings: house),
        // A real process for the guard's tests to freeze and kill; it sees only FleetKit's public API.
        .executableTarget(
            name: "guard-holder", dependencies: ["FleetGuard", "FleetKit"], path: "Tests/GuardHolder",
            swiftSettings: house),
        // Preloaded, it plays a file system without flock.
        .target(name: "NoFlock", path: "Tests/NoFlock", exclude: ["no_flock_fs.c"]),
        // The guard under fire: real processes, killed, stopped and continued at random moments.
        .executableTarget(
            name: "fleet-chaos", dependencies: ["FleetGuard", "FleetKit", "FleetFake", "FleetTestSupport"],
            path: "Tests/FleetChaos",
            swiftSettings: house),
        // Whole restarts over D-Bus against a scripted manager, again and again: nothing may grow.
        .executableTarget(
            name: "fleet-leaks",
            dependencies: [
                "FleetGuard", "FleetKit", "FleetDBus", "CDBus", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/FleetLeaks",
            swiftSettings: house),
        .testTarget(
            name: "FleetKitTests",
            dependencies: [
                "FleetGuard", "FleetKit", "FleetFake", "FleetTestSupport", "guard-holder",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "FleetCommandsTests",
            dependencies: [
                "FleetCommands", "FleetGuard", "FleetKit", "FleetTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "FleetDBusTests",
            dependencies: ["FleetDBus", "CDBus", "FleetGuard", "FleetKit"],
            swiftSettings: house),
        .testTarget(
            name: "FleetConformanceTests",
            dependencies: ["FleetGuard", "FleetKit", "FleetDBus", "FleetSystemctl", "FleetFake", "FleetTestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "FleetSystemTests",
            dependencies: [
                "FleetGuard", "FleetKit", "FleetFake", "FleetTestSupport", "mosaic", "guard-holder", "fleet-chaos",
                "fleet-leaks", "guarded-section", "restart-fleet",
            ],
            swiftSettings: house),
    ]
)

// The fuzz targets: tests that replay their corpus or, with MOSAIC_FUZZ in the environment (Scripts/fuzz), libFuzzer's
// program over the same code.
if Context.environment["MOSAIC_FUZZ"] == nil {
    package.targets.append(
        .testTarget(
            name: "FleetFuzzTests",
            dependencies: [
                "FleetCommands", "FleetGuard", "FleetKit", "FleetDBus", "FleetSystemctl", "CDBus", "FleetTestSupport",
            ],
            path: "Tests/Fuzz", exclude: ["Command"], swiftSettings: house))
} else {
    package.products.append(.executable(name: "fleet-fuzz", targets: ["fleet-fuzz"]))
    package.targets += [
        .target(name: "FuzzDriver", path: "Tests/FuzzDriver"),
        .executableTarget(
            name: "fleet-fuzz",
            dependencies: [
                "FleetCommands", "FleetGuard", "FleetKit", "FleetDBus", "FleetSystemctl", "CDBus", "FuzzDriver",
            ],
            path: "Tests/Fuzz", exclude: ["Replay"], swiftSettings: house),
    ]
}
