extension FileLockStore {
    /// Opens the lock of the fleet under `home` for transitions; makes the run directory when it is missing.
    ///
    /// - Parameters:
    ///   - mutex: `auto` uses the kernel mutex unless the file system has no `flock`.
    ///   - wakeDescriptor: readable when a signal came; ends a wait.
    /// - Throws: `.unsafeHome`, `.io`.
    package static func open(
        home: String, mutex: MutexChoice, time: any GuardTime, processes: any ProcessTable,
        wakeDescriptor: CInt? = nil
    ) throws(FleetError) -> FileLockStore {
        guard let opened = try RunDirectoryOpener.open(home: home, create: true) else {
            throw FleetError(
                .io, "the run directory under \(Printable.oneLine(home)) was removed while it was opened",
                hint: "run the command again")
        }
        let path = opened.path
        let calls = LinuxLockFiles(directory: opened.take(), path: path, wakeDescriptor: wakeDescriptor)
        return try open(calls, mutex: mutex, time: time, processes: processes)
    }

    /// Opens it for reading; nil if there is no run directory, and so no lock. Writes nothing.
    package static func openForReading(
        home: String, time: any GuardTime, processes: any ProcessTable
    ) throws(FleetError) -> FileLockStore? {
        guard let opened = try RunDirectoryOpener.open(home: home, create: false) else { return nil }
        let path = opened.path
        let calls = LinuxLockFiles(directory: opened.take(), path: path, wakeDescriptor: nil)
        let directory = RunDirectory(calls)
        let mutex = KernelMutex(directory, time: time, processes: processes, patience: MutexPatience())
        return FileLockStore(calls, time: time, processes: processes, mutex: mutex, directory: directory)
    }

    /// The same over other system calls: the interleaving explorer and the fault tests come in here.
    package static func open(
        _ calls: any LockFileCalls, mutex choice: MutexChoice, time: any GuardTime,
        processes: any ProcessTable, patience: MutexPatience = MutexPatience()
    ) throws(FleetError) -> FileLockStore {
        let directory = RunDirectory(calls)
        let kernel = KernelMutex(directory, time: time, processes: processes, patience: patience)
        let mutex: any RegistryMutex
        switch choice {
        case .kernel: mutex = kernel
        case .path: mutex = PathMutex(directory, time: time, processes: processes, patience: patience)
        case .auto:
            mutex =
                try kernel.isSupported()
                ? kernel : PathMutex(directory, time: time, processes: processes, patience: patience)
        }
        return FileLockStore(calls, time: time, processes: processes, mutex: mutex, directory: directory)
    }
}
