// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that the first program's build, size and start stay as they are.

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let fleetKit = Target.Dependency.product(name: "FleetKit", package: "mosaic-fleet")
let fleetGuard = Target.Dependency.product(name: "FleetGuard", package: "mosaic-fleet")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// Layers: mosaic-fleet-hosts -> HostsCommands -> HostsKit <- HostsFake; all of them may use FleetKit.
let package = Package(
    name: "mosaic-fleet-hosts",
    products: [.executable(name: "mosaic-fleet-hosts", targets: ["mosaic-fleet-hosts"])],
    dependencies: [
        .package(name: "mosaic-fleet", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .target(name: "HostsKit", dependencies: [fleetGuard, fleetKit], swiftSettings: house),
        // Hosts and a slot store without machines, for tests and the simulation
        .target(name: "HostsFake", dependencies: ["HostsKit", fleetGuard, fleetKit], swiftSettings: house),
        .target(
            name: "HostsCommands", dependencies: ["HostsKit", fleetGuard, fleetKit, argumentParser],
            swiftSettings: house),
        .executableTarget(
            name: "mosaic-fleet-hosts", dependencies: ["HostsCommands", "HostsKit", fleetGuard, fleetKit],
            swiftSettings: house),
        // The shipped rollout in every order of events
        .target(
            name: "RolloutSimulation", dependencies: ["HostsKit", fleetGuard, fleetKit],
            path: "Tests/RolloutSimulation",
            swiftSettings: house),
        .testTarget(
            name: "HostsTests",
            dependencies: [
                "HostsKit", "HostsFake", "HostsCommands", "RolloutSimulation", "mosaic-fleet-hosts", fleetGuard,
                fleetKit,
            ],
            swiftSettings: house),
    ]
)
