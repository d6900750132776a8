internal import FleetGuard

/// The completions of the shells that this machine has.
struct CompletionsCheck: HealthCheck {
    let name = "completions"

    private static let places = [
        ("bash", ["bash-completion/completions/mosaic"]),
        ("zsh", ["zsh/site-functions/_mosaic", "zsh/vendor-completions/_mosaic"]),
        ("fish", ["fish/vendor_completions.d/mosaic.fish"]),
    ]

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let files = InstalledFiles(fleet)
        let present = Self.places.filter { ExecutablePath.find($0.0, in: fleet.environment) != nil }
        let missing = present.filter { files.first($0.1) == nil }.map(\.0)
        guard missing.isEmpty else {
            return .warning(
                "not installed for \(missing.joined(separator: ", "))",
                advice: "run 'make install', or install the package; by hand: mosaic --generate-completion-script SHELL"
            )
        }
        return .ok(present.isEmpty ? "no supported shell in PATH" : "for \(present.map(\.0).joined(separator: ", "))")
    }
}
