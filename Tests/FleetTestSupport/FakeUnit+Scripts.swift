package import FleetFake
package import FleetKit

/// The scripts that tests play.
extension FakeUnit {
    /// A holder as `mosaic fleet init` writes it.
    package static func holder(_ name: UnitName, startDelay: Duration = .zero) -> FakeUnit {
        FakeUnit(name, runs: [.up(after: startDelay)])
    }

    /// An agent as `mosaic fleet init` writes it: bound to the holder, started again whenever it ends.
    package static func agent(_ name: UnitName, in holder: UnitName, runs: [Run] = [.up()]) -> FakeUnit {
        var unit = FakeUnit(name, runs: runs)
        unit.requires = [holder]
        unit.after = [holder]
        unit.livesInside = holder
        unit.restart = .always
        return unit
    }
}

extension FakeUnit.Run {
    package static var hanging: Self {
        var run = Self.up()
        run.hangs = true
        return run
    }

    package static func fails(after delay: Duration = .zero, _ end: FakeUnit.End = .status(1)) -> Self {
        var run = Self.up(after: delay)
        run.end = end
        return run
    }

    package static func dies(
        after lives: Duration, startDelay: Duration = .zero, _ end: FakeUnit.End = .status(1)
    ) -> Self {
        var run = Self.fails(after: startDelay, end)
        run.lives = lives
        return run
    }
}
