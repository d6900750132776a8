internal import GuardExplorer

for scenario in Scenarios.two {
    let explorer = Explorer(scenario)
    let report = explorer.run(limit: 2_000_000)
    print(report)
    if let failure = report.failure {
        print("replay: \(failure.schedule)")
        for line in explorer.replay(failure.schedule) ?? ["?"] { print("    \(line)") }
    }
}
