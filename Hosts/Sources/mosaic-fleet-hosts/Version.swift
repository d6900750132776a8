/// The version of this program, the first program's.
enum Version {
    static let current = "0.1.0"
}
