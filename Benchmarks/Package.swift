// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that whoever uses or builds mosaic never resolves the benchmark library.

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "mosaic-fleet-benchmarks",
    dependencies: [.package(name: "mosaic-fleet", path: "..")],
    targets: [
        // What one acquire and release asks of the kernel, in C, and nothing else
        .target(name: "LockSequence"),
        // Hand-overs between real processes
        .executableTarget(
            name: "hand-over",
            dependencies: ["LockSequence", .product(name: "FleetGuard", package: "mosaic-fleet")],
            path: "Sources/HandOver", swiftSettings: house),
        // Medians, ratios, the table, JSON and the plot
        .executableTarget(name: "bench-report", path: "Sources/BenchReport", swiftSettings: house),
    ]
)

// The programs alone, for all that does not need the library: to build it takes longer than everything else here.
if Context.environment["MOSAIC_BENCH_PROGRAMS"] == nil {
    package.dependencies.append(
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []))
    package.targets.append(
        .executableTarget(
            name: "GuardBenchmarks",
            dependencies: [
                "LockSequence", .product(name: "FleetGuard", package: "mosaic-fleet"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "GuardBenchmarks",  // the library's plugin finds its targets by the name of the folder above
            swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
}
