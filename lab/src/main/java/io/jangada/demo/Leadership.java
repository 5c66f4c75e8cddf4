package io.jangada.demo;

import io.jangada.raft.Membership;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Who leads, as the members themselves said last. It is how a client finds the leader, and never
/// more than a guess: only the leader's answer tells.
final class Leadership {
  /// @param member [Membership#NONE] while no leader is known
  /// @param term the latest term in which a member became leader
  record Lead(int member, long term) {
    boolean isKnown() {
      return member != Membership.NONE;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Lead lead = new Lead(Membership.NONE, 0);

  Lead now() {
    lock.lock();
    try {
      return lead;
    } finally {
      lock.unlock();
    }
  }

  void elected(int member, long term) {
    lock.lock();
    try {
      if (term <= lead.term) return;
      lead = new Lead(member, term);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The member does not lead any more: it stepped down, or died.
  void ended(int member) {
    lock.lock();
    try {
      if (lead.member != member) return;
      lead = new Lead(Membership.NONE, lead.term);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it is not `seen` any more, or the time is up.
  void awaitOtherThan(Lead seen, long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    lock.lock();
    try {
      while (lead.equals(seen)) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || !changed.await(left, TimeUnit.NANOSECONDS)) return;
      }
    } finally {
      lock.unlock();
    }
  }
}
