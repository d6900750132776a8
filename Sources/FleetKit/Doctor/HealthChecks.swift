/// Every check of `doctor`, in the order of its lines: first what the others rest on.
package enum HealthChecks {
    package static let all: [any HealthCheck] = [
        ManagerCheck(),
        RuntimeDirectoryCheck(),
        LingerCheck(),
        SystemdVersionCheck(),
        TmuxVersionCheck(),
        RosterCheck(),
        UnitFilesCheck(),
        HolderCheck(),
        AgentsCheck(),
        AgentProgramsCheck(),
        RestartLimitsCheck(),
        ServerCheck(),
        UnmanagedCheck(),
        EventsCheck(),
        HealCheck(),
        RunDirectoryCheck(),
        DiskSpaceCheck(),
        KernelLockCheck(),
        LeftoversCheck(),
        ClockCheck(),
        ManualCheck(),
        CompletionsCheck(),
        PluginsCheck(),
    ]
}
