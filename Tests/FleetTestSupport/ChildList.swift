package import Glibc

/// The processes that a process started and has not reaped.
package struct ChildList {
    package let pids: [pid_t]

    package init(of parent: pid_t) {
        // The kernel keeps one list for each thread that starts children.
        var found: [pid_t] = []
        for thread in FolderListing("/proc/\(parent)/task", isDeep: false).entries.map(\.name) {
            let text = TestProcess.contents("/proc/\(parent)/task/\(thread)/children")
            found += text.split(separator: " ").compactMap { pid_t($0) }
        }
        pids = found
    }
}
