import FleetGuard
import FleetKit
import Testing

@Suite struct LockTokenTests {
    private struct Counting: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 { value }
    }

    @Test func `Random tokens are version 4 UUIDs, even from extreme numbers`() {
        for value in [UInt64.min, UInt64.max] {
            var generator = Counting(value: value)
            let token = LockToken.random(using: &generator)
            #expect(LockToken(token.rawValue) == token)
            let groups = token.rawValue.split(separator: "-")
            #expect(groups[2].first == "4")
            #expect(groups[3].first.map { "89ab".contains($0) } == true)
        }
    }

    @Test func `Tokens are fresh`() {
        #expect(Set((0..<1000).map { _ in LockToken.random() }).count == 1000)
    }

    @Test func `Case does not tell two tokens apart`() {
        #expect(
            LockToken("ABCDEF00-0000-4000-8000-000000000000") == LockToken("abcdef00-0000-4000-8000-000000000000"))
    }
}
