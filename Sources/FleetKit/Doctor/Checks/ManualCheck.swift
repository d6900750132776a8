internal import FleetGuard

/// The manual pages, where man(1) finds them.
struct ManualCheck: HealthCheck {
    let name = "manual"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let names = ["man/man1/mosaic-fleet.1", "man/man1/mosaic-fleet.1.gz"]
        guard let found = InstalledFiles(fleet).first(names) else {
            return .warning("the manual pages are not installed", advice: "run 'make install', or install the package")
        }
        return .ok(Printable.oneLine(found))
    }
}
