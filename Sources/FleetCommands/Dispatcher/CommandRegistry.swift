internal import ArgumentParser

/// Every built-in command. A new one is one file in `Commands/` and one line here.
package enum CommandRegistry {
    /// Names of the options of a command that may have a value and need none: `--watch`.
    /// - Parameter words: that name it: `["fleet", "status"]`.
    package static func optionalValues(of words: [String]) -> Set<String> {
        let command = NamedCommand(words)?.type as? any CommandModule.Type
        return Set((command?.optionalValues ?? []).map(\.name))
    }

    static let fleet: [any ParsableCommand.Type] = [
        RestartCommand.self,
        HealCommand.self,
        MetricsCommand.self,
        StartCommand.self,
        StopCommand.self,
        StatusCommand.self,
        HistoryCommand.self,
        LogsCommand.self,
        PeekCommand.self,
        SendCommand.self,
        AttachCommand.self,
        ReportCommand.self,
        LockCommand.self,
        InitCommand.self,
        AddCommand.self,
        RemoveCommand.self,
        ApplyCommand.self,
        EnableCommand.self,
        DisableCommand.self,
        DoctorCommand.self,
        SessionCommand.self,
        EventCommand.self,
        HostCommand.self,
    ]

    static let lock: [any ParsableCommand.Type] = [
        LockInspectCommand.self,
        LockBreakCommand.self,
        LockRunCommand.self,
        LockKeepCommand.self,
    ]
}
