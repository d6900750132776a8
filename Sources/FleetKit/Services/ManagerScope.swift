/// Which systemd instance is meant: the caller's own (`--user`) or the machine's (`--system`).
public enum ManagerScope: String, Sendable, CaseIterable { case user, system }
