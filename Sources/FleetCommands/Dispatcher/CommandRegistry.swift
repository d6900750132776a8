internal import ArgumentParser

/// Every built-in command. A new one is one file in `Commands/` and one line here.
enum CommandRegistry {
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
