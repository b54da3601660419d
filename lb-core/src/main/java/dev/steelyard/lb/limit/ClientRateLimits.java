package dev.steelyard.lb.limit;

import static dev.steelyard.lb.internal.Checks.check;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.resilience.RateLimiter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rate limit for each client, tenant or whatever a key stands for, in a bounded table.
 *
 * <p>A client that has been silent for as long as its bucket takes to fill is forgotten: what is
 * left of it says nothing that a new one would not. So forgetting by age gives nobody anything.
 * When the table is full, Caffeine (W-TinyLFU) drops a key that is rarely used: a flood of invented
 * keys drives out itself and not the clients that come often. A client that is dropped all the same
 * starts anew with a full bucket: it gains at most one burst per {@linkplain #evictions eviction}.
 *
 * <p>Thread-safe. O(1), 0 bytes for a known key, about 200 for a new one beside the key. The clock
 * is read once more by the table. No thread of its own: callers clear up as they come.
 */
public final class ClientRateLimits {
  /**
   * How long a key may be in chars: {@value}. Longer ones are refused and not cut, as two clients
   * would share a bucket, and not kept, as they would take memory that no bound counts.
   */
  public static final int MAX_KEY_LENGTH = 256;

  private final Cache<String, RateLimiter> limiters;
  private final Function<String, RateLimiter> fresh;
  private final LongAdder refused = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  /**
   * Makes a table without clients.
   *
   * @param perSecond permits per second of each client, 1e-9 to 1e9
   * @param burst how many at once after a pause, at least 1
   * @param maxClients how many are remembered, at least 1
   * @param ticker the clock
   * @throws IllegalArgumentException if an argument is out of range
   */
  public ClientRateLimits(double perSecond, int burst, long maxClients, Ticker ticker) {
    check(maxClients >= 1, "maxClients", maxClients, "at least 1");
    this.fresh = key -> RateLimiter.perSecond(perSecond, burst, ticker);
    RateLimiter sample = fresh.apply(""); // checks the arguments
    long now = ticker.nanos();
    sample.tryAcquire(burst, now);
    long nanosToFill = sample.nanosUntilAvailable(burst, now);
    this.limiters =
        Caffeine.newBuilder()
            .maximumSize(maxClients)
            .expireAfterAccess(Math.max(nanosToFill, 1), TimeUnit.NANOSECONDS)
            .ticker(ticker::nanos)
            .executor(Runnable::run)
            .evictionListener(this::evicted)
            .build();
  }

  private void evicted(@Nullable String key, @Nullable RateLimiter limiter, RemovalCause cause) {
    if (cause == RemovalCause.SIZE) {
      evictions.increment();
    }
  }

  /**
   * Takes a permit of a client.
   *
   * @param key the client, at most {@value #MAX_KEY_LENGTH} chars
   * @param nowNanos the time now, by the clock given to the constructor
   * @return 0 if admitted, else the nanoseconds after which trying again may help
   * @throws IllegalArgumentException if the key is too long
   */
  public long tryAcquire(String key, long nowNanos) {
    if (key.length() > MAX_KEY_LENGTH) {
      check(false, "key", key.length() + " chars", "at most " + MAX_KEY_LENGTH);
    }
    RateLimiter limiter = limiters.get(key, fresh);
    if (limiter.tryAcquire(nowNanos)) {
      return 0;
    }
    refused.increment();
    return Math.max(limiter.nanosUntilAvailable(1, nowNanos), 1);
  }

  /**
   * Returns how many clients are remembered.
   *
   * @return about the number, expired ones included until they are cleared up
   */
  public long clients() {
    return limiters.estimatedSize();
  }

  /**
   * Returns how often a client was refused.
   *
   * @return the count since creation
   */
  public long refused() {
    return refused.sum();
  }

  /**
   * Returns how many clients were dropped because the table was full. If it rises without an
   * attack, the table is too small.
   *
   * @return the count since creation
   */
  public long evictions() {
    return evictions.sum();
  }
}
