package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionWordTest {
  private static final long HALF_OF_BEGUN = 1L << 35;
  private static final int HALF_OF_IN_FLIGHT = 1 << 23;

  private static final class Word extends AdmissionWord {
    final AtomicInteger idleSignals = new AtomicInteger();

    Word(long begun) {
      super(false, begun);
      setProven();
    }

    Word() {
      this(0);
    }

    @Override
    boolean defers(boolean unreachable, boolean busy) {
      return busy;
    }

    @Override
    void onReachable() {}

    @Override
    void onIdle() {
      idleSignals.incrementAndGet();
    }

    @Override
    public String toString() {
      return "host-0:80#1";
    }

    boolean begins() {
      return begin(true) != REFUSED;
    }
  }

  @Test
  void beginAndEndCountWhatIsInFlightAndWhatWasBegun() {
    Word word = new Word();
    for (int i = 0; i < 5; i++) {
      assertEquals(i, word.begin(true));
      assertEquals(i + 1, word.inFlight());
    }
    word.end();
    word.end();

    assertEquals(3, word.inFlight());
    assertEquals(5, word.requests());
    assertEquals(0, word.idleSignals.get());
  }

  @Test
  void aNewWordMayBeginClosed() {
    AdmissionWord word =
        new AdmissionWord(true) {
          @Override
          boolean defers(boolean unreachable, boolean busy) {
            return busy;
          }

          @Override
          void onReachable() {}

          @Override
          void onIdle() {}
        };
    assertTrue(word.isClosedAndIdle());
    assertTrue(word.isUnproven());
    assertEquals(AdmissionWord.REFUSED, word.begin(false));
  }

  @Test
  void aRefusalByAClosedWordLeavesTheCountsAsTheyWere() {
    Word word = new Word();
    assertTrue(word.begins());
    word.setClosed(true);
    for (int i = 0; i < 100; i++) {
      assertFalse(word.begins());
    }
    assertEquals(1, word.inFlight());
    assertEquals(1, word.requests());
    assertFalse(word.isClosedAndIdle());
    assertEquals(0, word.idleSignals.get());

    word.end();
    assertTrue(word.isClosedAndIdle());
    assertEquals(1, word.idleSignals.get());

    word.setClosed(false);
    assertTrue(word.begins());
    assertEquals(2, word.requests());
    assertFalse(word.isClosedAndIdle());
  }

  @Test
  void closingAnIdleWordSignalsAtOnce() {
    Word word = new Word();
    word.setClosed(true);
    assertEquals(1, word.idleSignals.get());
    assertTrue(word.isClosedAndIdle());
  }

  @Test
  void anUnprovenWordHasOneRequestAtATimeWhereThatIsAskedFor() {
    Word word = new Word();
    word.setUnreachable();
    assertTrue(word.begins());
    assertFalse(word.begins());
    assertEquals(1, word.inFlight());
    assertEquals(1, word.requests());
    assertEquals(1, word.begin(false), "nobody else can serve it");
    word.end();
    assertFalse(word.begins(), "one is still in flight");
    word.end();
    assertTrue(word.begins(), "the probe is over, without a success");
    word.setProven();
    assertFalse(word.isUnproven());
    assertTrue(word.begins());
    assertTrue(word.begins());
  }

  @Test
  void theFlagsDoNotTouchTheCounts() {
    Word word = new Word(12_345);
    for (int i = 0; i < 7; i++) {
      word.begin(false);
    }
    word.setUnreachable();
    word.setUnreachable();
    word.setClosed(true);
    word.setClosed(true);
    word.setClosed(false);
    word.setProven();
    word.setProven();

    assertEquals(7, word.inFlight());
    assertEquals(12_352, word.requests());
  }

  @Test
  void theTotalStaysExactAcrossHalfOfTheRange() {
    Word word = new Word(HALF_OF_BEGUN - 100);
    for (int i = 0; i < 300; i++) {
      assertTrue(word.begins());
      word.end();
      assertEquals(HALF_OF_BEGUN - 99 + i, word.requests());
    }
    assertEquals(0, word.inFlight());
    assertFalse(word.isUnproven());
    word.setClosed(true);
    assertFalse(word.begins());
    assertEquals(HALF_OF_BEGUN + 200, word.requests());
    assertTrue(word.isClosedAndIdle());
  }

  @Test
  void theTotalStaysExactWhereThreadsCrossHalfOfTheRangeTogether() throws Exception {
    int threads = 4;
    int each = 5_000;
    Word word = new Word(HALF_OF_BEGUN - 10_000);
    together(
        threads,
        () -> {
          for (int i = 0; i < each; i++) {
            assertTrue(word.begin(true) >= 0);
            word.end();
          }
          return null;
        });
    assertEquals(HALF_OF_BEGUN - 10_000 + threads * each, word.requests());
    assertEquals(0, word.inFlight());
  }

  @Test
  void aRefusalWhileTheTotalIsMovedDoesNotReopenAClosedWord() throws Exception {
    // The interleaving: a refused begin raises the count to 2^37; before it takes that back another
    // one sees the bit and moves the half away; if nothing were left, taking back would borrow from
    // the flags.
    for (int round = 0; round < 3_000; round++) {
      Word word = new Word(HALF_OF_BEGUN - 1);
      word.setClosed(true);
      together(
          3,
          () -> {
            assertFalse(word.begins());
            return null;
          });
      assertFalse(word.begins());
      assertTrue(word.isClosedAndIdle());
      assertFalse(word.isUnproven());
      assertEquals(HALF_OF_BEGUN - 1, word.requests());
    }
  }

  @Test
  void eightMillionRequestsInFlightAreTheLimitAndTheMessageSaysWhy() {
    Word word = new Word();
    for (int i = 0; i < HALF_OF_IN_FLIGHT; i++) {
      word.begin(false);
    }
    for (int i = 0; i < 3; i++) {
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> word.begin(false));
      assertEquals(
          "host-0:80#1: 8388608 requests in flight; leases are not being completed",
          refused.getMessage());
    }
    assertEquals(HALF_OF_IN_FLIGHT, word.inFlight());
    assertEquals(HALF_OF_IN_FLIGHT, word.requests());
    word.end();
    assertTrue(word.begins());
  }

  @Test
  void thirtyTwoThreadsOnFourWordsLoseNoCount() throws Exception {
    Word[] words = {new Word(), new Word(), new Word(), new Word()};
    AtomicLong[] begun = {new AtomicLong(), new AtomicLong(), new AtomicLong(), new AtomicLong()};
    together(
        32,
        () -> {
          ThreadLocalRandom random = ThreadLocalRandom.current();
          List<Word> held = new ArrayList<>();
          for (int i = 0; i < 5_000; i++) {
            int index = random.nextInt(4);
            switch (random.nextInt(8)) {
              case 0 -> words[index].setUnreachable();
              case 1 -> words[index].setProven();
              case 2, 3 -> {
                if (!held.isEmpty()) {
                  held.remove(held.size() - 1).end();
                }
              }
              default -> {
                if (words[index].begin(random.nextBoolean()) != AdmissionWord.REFUSED) {
                  begun[index].incrementAndGet();
                  held.add(words[index]);
                }
              }
            }
          }
          held.forEach(AdmissionWord::end);
          return null;
        });
    for (int i = 0; i < 4; i++) {
      assertEquals(0, words[i].inFlight());
      assertEquals(begun[i].get(), words[i].requests());
    }
  }

  @Test
  void anUnprovenWordNeverAdmitsTwoRequestsAtOnce() throws Exception {
    Word word = new Word();
    word.setUnreachable();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger admitted = new AtomicInteger();
    together(
        4,
        () -> {
          for (int i = 0; i < 20_000; i++) {
            if (word.begins()) {
              assertEquals(1, inside.incrementAndGet());
              admitted.incrementAndGet();
              inside.decrementAndGet();
              word.end();
            }
          }
          return null;
        });
    assertEquals(admitted.get(), word.requests());
    assertTrue(admitted.get() > 0);
    assertEquals(0, word.inFlight());
  }

  @Test
  void aClosedWordAdmitsNothingMoreOnceItWasIdleAndSaysSo() throws Exception {
    // What a drain rests on: begin, end and close race; the word must not admit after it was seen
    // closed and idle, and whoever makes it so must signal.
    for (int round = 0; round < 3_000; round++) {
      AtomicInteger late = new AtomicInteger();
      Word word = new Word();
      AtomicInteger role = new AtomicInteger();
      together(
          3,
          () -> {
            if (role.getAndIncrement() == 0) {
              word.setClosed(true);
              return null;
            }
            for (int i = 0; i < 5; i++) {
              if (word.begins()) {
                if (word.idleSignals.get() > 0) {
                  late.incrementAndGet();
                }
                word.end();
              }
            }
            return null;
          });
      assertTrue(word.isClosedAndIdle());
      assertTrue(word.idleSignals.get() >= 1, "nobody signalled");
      assertEquals(0, late.get(), "a request was begun after the signal");
    }
  }

  @Test
  void whoeverMakesAClosedWordIdleSaysSoARefusedRequestToo() throws Exception {
    // The interleaving: a refused begin has added itself, the last request ends and sees one in
    // flight, the refused one takes its add back. Then it is the refused one that has to signal.
    Word[] words = new Word[10_000];
    for (int i = 0; i < words.length; i++) {
      words[i] = new Word();
      assertTrue(words[i].begins());
      words[i].setClosed(true);
    }
    AtomicInteger at = new AtomicInteger(-1);
    AtomicInteger role = new AtomicInteger();
    together(
        2,
        () -> {
          boolean ends = role.getAndIncrement() == 0;
          for (int i = 0; i < words.length; i++) {
            if (ends) {
              while (at.get() < i) {
                Thread.yield();
              }
              words[i].end();
            } else {
              at.set(i);
              while (!words[i].isClosedAndIdle()) {
                assertFalse(words[i].begins());
              }
            }
          }
          return null;
        });
    for (Word word : words) {
      assertTrue(word.isClosedAndIdle());
      assertTrue(word.idleSignals.get() >= 1, "nobody signalled");
    }
  }

  /** Runs the same on several threads at once and hands on what any of them throws. */
  static void together(int threads, Callable<?> work) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      futures.add(
          Pool.THREADS.submit(
              () -> {
                start.await();
                return work.call();
              }));
    }
    for (Future<?> future : futures) {
      future.get(50, TimeUnit.SECONDS);
    }
  }

  /** Daemon threads that are kept for the next round. */
  private static final class Pool {
    static final ExecutorService THREADS =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "together");
              thread.setDaemon(true);
              return thread;
            });
  }
}
