package import FleetGuard
internal import Glibc

/// Where this program is, for the units that run it.
package enum MosaicProgram {
    /// The absolute path of the running executable, with links resolved.
    ///
    /// - Throws: `.usage` where a unit file could not name it, or where the file was replaced since the start.
    package static func running() throws(FleetError) -> String {
        guard let link = SmallFile.link("/proc/self/exe") else {
            throw FleetError(
                .io, "cannot read /proc/self/exe: \(String(cString: strerror(errno)))", hint: "mount /proc")
        }
        let path = String(decoding: link, as: UTF8.self)
        guard UnitText.canBeProgram(path) else {
            throw FleetError(
                .usage, "this program is '\(Printable.oneLine(path))', a path that cannot be used in a unit file",
                hint: "install it into a directory with a plain name, and run it from there")
        }
        return path
    }
}
