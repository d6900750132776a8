import Testing
@testable internal import FleetDBus
internal import FleetKit
internal import Glibc

final class Watch: JobSupervisor {
    var log: [String] = []
    var ticks = 0, known = 0
    var worst = Duration.zero
    var last = SuspendingClock.now
    var onQueued: (() -> Void)?
    var stopAfter: Int = .max
    func willSend(_ c: UnitCommand) throws(FleetError) { log.append("send \(c)"); if log.filter({$0.hasPrefix("send")}).count > stopAfter { throw FleetError(.evicted, "fence", hint: "") } }
    func handle(_ event: JobEvent) throws(FleetError) {
        switch event {
        case .queued(let c): log.append("queued \(c)"); let f = onQueued; onQueued = nil; f?(); last = .now
        case .finished(let o): log.append("finished \(o.command) \(o.result)")
        case .jobsKnown: known += 1
        case .tick: ticks += 1; worst = max(worst, .now - last); last = .now
        }
    }
    var commandDescriptor: CInt? { nil }
}
func run(_ path: String, _ args: [String]) -> Int32 {
    var pid: pid_t = 0
    var argv: [UnsafeMutablePointer<CChar>?] = ([path] + args).map { strdup($0) } + [nil]
    setenv("XDG_RUNTIME_DIR", String(cString: getenv("UMRT")), 1)
    unsetenv("DBUS_SESSION_BUS_ADDRESS")
    posix_spawn(&pid, path, nil, nil, &argv, environ)
    return pid
}
func runWait(_ path: String, _ args: [String]) { var st: Int32 = 0; waitpid(run(path, args), &st, 0) }
let sc = "/usr/bin/systemctl"

@Suite(.serialized) struct Real {
    static let places: [(String, Bool)] = [("systemd/private", true), ("bus", false)]
    let dir = String(cString: getenv("UMRT"))
    func manager(_ p: (String, Bool)) throws -> DBusServiceManager {
        try DBusServiceManager(address: "unix:path=\(dir)/\(p.0)", isPeerToPeer: p.1)
    }
    @discardableResult
    func go(_ m: DBusServiceManager, _ title: String, _ cmds: [(UnitCommand.Verb, String)], max: Int? = nil, _ w: Watch = Watch()) throws -> [UnitOutcome] {
        w.last = .now
        let o = try m.perform(cmds.map { try UnitCommand($0.0, UnitName($0.1)) }, maxParallel: max, supervisor: w)
        print("##", title, o.map { "\($0.command): \($0.result) [\($0.state?.activeState ?? "-")/\($0.state?.subState ?? "-") \($0.state?.result ?? "")] \($0.duration)" }, "ticks", w.ticks, "known", w.known, "worst", w.worst)
        return o
    }
    @Test(arguments: 0..<2) func scenarios(_ i: Int) throws {
        runWait(sc, ["--user", "reset-failed"])
        runWait(sc, ["--user", "stop", "slow.service", "slow2.service", "auto.service", "limitok.service", "flap.service", "ok@x.service","ok@1.service","ok@2.service","ok@3.service", "ok@4.service"])
        unlink("/tmp/dbx/m/home/good")
        let m = try manager(Self.places[i])
        print("##########", m.endpoint)
        try go(m, "start", [(.start, "ok@x.service")])
        try go(m, "restart", [(.restart, "ok@x.service")])
        try go(m, "stop", [(.stop, "ok@x.service")])
        try go(m, "restart inactive", [(.restart, "ok@x.service")])
        try go(m, "many max 2", [(.restart, "ok@1.service"), (.restart, "ok@2.service"), (.restart, "ok@3.service"), (.restart, "ok@4.service")], max: 2)
        try go(m, "fail", [(.start, "fail.service"), (.start, "execfail.service")])
        try go(m, "fails reset", [(.resetFailed, "fail.service"), (.resetFailed, "execfail.service"), (.resetFailed, "cond.service"), (.resetFailed, "nope.service"), (.resetFailed, "masked.service")])
        try go(m, "hang", [(.start, "hang.service")])
        try go(m, "jobtimeout", [(.start, "jobtimeout.service")])
        try go(m, "masked, notfound, bad", [(.start, "masked.service"), (.restart, "nope.service"), (.restart, "foo@.service"), (.start, "bad.service"), (.stop, "nope.service"), (.stop, "masked.service"), (.start, "refuse.service")])
        for _ in 0..<4 { try go(m, "limit", [(.start, "limit.service")]) }
        try go(m, "limit reset", [(.resetFailed, "limit.service"), (.start, "limit.service")])
        for _ in 0..<3 { try go(m, "limitok restart", [(.restart, "limitok.service")]) }
        try go(m, "limitok reset", [(.resetFailed, "limitok.service"), (.restart, "limitok.service")])
        try go(m, "cond, assert, dep, once", [(.start, "cond.service"), (.start, "assert.service"), (.start, "dep.service"), (.restart, "once.service")])
        let w = Watch()
        w.onQueued = { _ = run(sc, ["--user", "stop", "--no-block", "slow2.service"]) }
        try go(m, "conflict", [(.start, "slow2.service")], w)
        try go(m, "auto start", [(.start, "auto.service")])
        print(try m.states(of: [UnitName("auto.service")]))
        close(open("/tmp/dbx/m/home/good", O_CREAT | O_WRONLY, 0o600))
        try go(m, "auto restart", [(.restart, "auto.service")])
        try go(m, "flap", [(.start, "flap.service")])
        try go(m, "flap stop", [(.stop, "flap.service")])
        print(try m.loadedUnits(matching: ["ok@*.service"]), try m.processes(of: UnitName("ok@1.service")), try m.processes(of: UnitName("ok@none.service")))
        try m.reload()
        let f = Watch(); f.stopAfter = 2
        do { try go(m, "fence", [(.restart, "ok@1.service"), (.restart, "ok@2.service"), (.restart, "ok@3.service")], f) } catch { print("## fence", error, f.log) }
        print(try m.states(of: [UnitName("ok@1.service"), UnitName("basic.target"), UnitName("nope.service"), UnitName("masked.service"), UnitName("foo@.service"), UnitName("bad.service")]))
    }
    @Test(arguments: 0..<2) func recoveries(_ i: Int) throws {
        let m = try manager(Self.places[i])
        print("##########", m.endpoint)
        for (title, args) in [("reload", ["daemon-reload"]), ("reexec", ["daemon-reexec"])] {
            runWait(sc, ["--user", "stop", "slow.service"])
            let w = Watch()
            w.onQueued = { _ = run(sc, ["--user"] + args) }
            try go(m, title, [(.start, "slow.service")], w)
        }
        // reexec before perform
        runWait(sc, ["--user", "stop", "slow.service"])
        runWait(sc, ["--user", "daemon-reexec"])
        try go(m, "after reexec", [(.restart, "ok@x.service"), (.restart, "slow.service")])
        print(try m.states(of: [UnitName("ok@1.service")]).count)
        runWait(sc, ["--user", "stop", "slow.service"])
        runWait(sc, ["--user", "daemon-reexec"])
        print(try m.states(of: [UnitName("ok@1.service")]).count)
        // bus killed
        let w = Watch()
        let dbus = try m.states(of: [UnitName("dbus.service")])[0].mainPID
        print("dbus pid", dbus)
        w.onQueued = { if dbus > 0 { kill(dbus, SIGKILL) } }
        do { try go(m, "bus killed", [(.start, "slow.service")], w) } catch { print("##", error) }
        runWait(sc, ["--user", "reset-failed", "dbus.service"])
    }
}
