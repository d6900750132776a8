// What one uncontended acquire and release asks of the kernel, written out in C: the same system calls in the same
// order, and nothing else. The guard's own time is measured against it.
#pragma once

/// Opens the run directory; -1 with errno.
int lock_sequence_open(const char *run_directory);

/// One acquire and release. 0, or the line in lock_sequence.c of the call that failed, with errno.
int lock_sequence_turn(void);

/// prctl(2) PR_SET_PDEATHSIG: this process is killed when its parent ends. 0, or -1 with errno.
int die_with_parent(void);

/// Starts true(1) as flock(1) starts its command, with little more than an exec: posix_spawn(3) first resets each signal,
/// with 120 system calls. Its pid, or -1 with errno.
int start_true(void);
