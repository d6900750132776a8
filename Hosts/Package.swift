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

// Layers: mosaic-fleet-hosts -> HostsCommands -> HostsKit <- HostsEtcd, HostsFake; all of them may use FleetKit. gRPC is seen
// by HostsEtcd alone.
let etcd: [Target.Dependency] = [
    .product(name: "GRPCCore", package: "grpc-swift-2"),
    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
    .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let package = Package(
    name: "mosaic-fleet-hosts",
    products: [.executable(name: "mosaic-fleet-hosts", targets: ["mosaic-fleet-hosts"])],
    dependencies: [
        .package(name: "mosaic-fleet", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // Without its default traits, which bring the full Foundation in
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        .target(name: "HostsKit", dependencies: [fleetGuard, fleetKit], swiftSettings: house),
        // Hosts and a slot store without machines, for tests and the simulation
        .target(name: "HostsFake", dependencies: ["HostsKit", fleetGuard, fleetKit], swiftSettings: house),
        // Slots in etcd, over gRPC
        .target(
            name: "HostsEtcd", dependencies: ["HostsKit", fleetGuard, fleetKit] + etcd, swiftSettings: house),
        .target(
            name: "HostsCommands", dependencies: ["HostsKit", fleetGuard, fleetKit, argumentParser],
            swiftSettings: house),
        .executableTarget(
            name: "mosaic-fleet-hosts", dependencies: ["HostsCommands", "HostsEtcd", "HostsKit", fleetGuard, fleetKit],
            swiftSettings: house),
        // The shipped rollout in every order of events
        .target(
            name: "RolloutSimulation", dependencies: ["HostsKit", "HostsFake", fleetGuard, fleetKit],
            path: "Tests/RolloutSimulation",
            swiftSettings: house),
        .testTarget(
            name: "HostsTests",
            dependencies: [
                "HostsKit", "HostsFake", "HostsEtcd", "HostsCommands", "RolloutSimulation", "mosaic-fleet-hosts",
                fleetGuard, fleetKit,
            ],
            swiftSettings: house),
    ]
)
