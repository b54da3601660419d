package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The strategies. Every one honours weights, keeps its state over changes of the list, allocates
 * nothing per pick, and returns selectors that any number of balancers may share.
 */
public final class Selectors {
  private static final Selector ROUND_ROBIN = new RoundRobinSelector();
  private static final Selector RANDOM = new RandomSelector();
  private static final Selector POWER_OF_TWO_CHOICES = new LeastOutstandingSelector();
  private static final Selector PEAK_EWMA = new PeakEwmaSelector();
  private static final Selector LEAST_REQUESTS = new LeastRequestsSelector();
  private static final Selector LEAST_RESPONSE_TIME = new LeastResponseTimeSelector();

  /** The attribute that {@link #failover()} orders by: {@value}. */
  public static final String PRIORITY = "priority";

  private static final Selector FAILOVER =
      new FailoverSelector(Comparator.comparingDouble(FailoverSelector::priority));

  private Selectors() {}

  /**
   * Each in turn, by weight. Exact and smooth: after any W consecutive turns of one thread, W being
   * the sum of the weights as whole numbers without a common divisor, each instance has had exactly
   * as many turns as its weight, evenly spread; with weights that are no ratio of whole numbers up
   * to two billion counts stay within a few of their shares. (Up to W = 4096 in the order of
   * earliest deadlines, beyond by a golden-ratio sequence.) Starts at a random place and keeps it
   * when the list or the weights change; threads take turns in stripes of their own.
   *
   * <p>Pick O(1) whatever the weights are; memory O(n). <b>Not for</b> instances or requests of
   * unequal cost: it looks at neither load nor failures, so a slow instance fills up.
   *
   * @return the strategy
   */
  public static Selector roundRobin() {
    return ROUND_ROBIN;
  }

  /**
   * At random, by weight. Needs no shared state at all, so it is the cheapest with many threads and
   * many clients.
   *
   * <p>Pick O(1); memory O(n). <b>Not for</b> few requests, where chance is uneven (the fullest of
   * n instances gets about {@code m/n + sqrt(2 (m/n) ln n)} of m requests), nor for instances of
   * unequal speed.
   *
   * @return the strategy
   */
  public static Selector random() {
    return RANDOM;
  }

  /**
   * The less loaded of two drawn by weight, the load being outstanding requests divided by weight
   * (M. Mitzenmacher, "The power of two choices in randomized load balancing", 2001; weights as in
   * Finagle). An instance that failed lately looks loaded.
   *
   * <p>Pick O(1); memory O(n); no clock is read while nothing fails. <b>Not for</b> instances that
   * are slow for reasons that do not show as outstanding requests, at one request at a time for
   * example; see {@link #peakEwma()}.
   *
   * @return the strategy
   */
  public static Selector powerOfTwoChoices() {
    return POWER_OF_TWO_CHOICES;
  }

  /**
   * The less loaded of two drawn by weight, the load being the peak-sensitive average latency times
   * outstanding requests (Finagle's Peak EWMA). Reacts to one slow answer at once and forgets it
   * with time; an instance that failed lately looks loaded; one that has not answered yet gets one
   * request at a time.
   *
   * <p>Pick O(1); memory O(n); two clock reads per request. <b>Not for</b> latencies that say
   * nothing about the instance, such as long polls or streams among short requests: use {@link
   * #powerOfTwoChoices()} there.
   *
   * @return the strategy
   */
  public static Selector peakEwma() {
    return PEAK_EWMA;
  }

  /**
   * The fewest outstanding requests per weight, of the whole set, ties at random by weight. An
   * instance that failed lately looks loaded.
   *
   * <p>Pick, and the begin and the end of a request, O(log n) to the base 16; memory O(n). <b>Not
   * for</b> many clients with few requests each, whose own outstanding requests say little about an
   * instance's load, nor for many threads on few instances, which all write one cache line: {@link
   * #powerOfTwoChoices()} is cheaper there and hardly worse.
   *
   * @return the strategy
   */
  public static Selector leastRequests() {
    return LEAST_REQUESTS;
  }

  /**
   * The default: the least expected response time of the whole set, ties at random. Expected is the
   * mean of the response times, each older one weighing less (time constant {@value
   * ResponseTimes#FADING_SECONDS} s), times the square of the outstanding requests, the new one
   * included. An instance that failed lately looks loaded; one that has not answered yet gets one
   * request at a time; one that is idle because it was slow is tried again, after some seconds
   * ({@value ResponseTimes#IDLE_SECONDS} s for each factor of e), by one request.
   *
   * <p>Where weights differ it compares two drawn by weight instead, as {@link #peakEwma()} does:
   * the least of all has no regard for weights while little is in flight. Where weights only say
   * how fast the machines are, leave them equal, for that is what is measured.
   *
   * <p>Pick, and the begin and the end of a request, O(log n) to the base 16; memory O(n); two
   * clock reads per request. <b>Not for</b> latencies that say nothing about the instance, such as
   * long polls or streams among short requests: use {@link #powerOfTwoChoices()} there; nor for
   * many threads on few instances with answers within microseconds, where all write one cache line:
   * {@link #peakEwma()} is cheaper there.
   *
   * @return the strategy
   */
  public static Selector leastResponseTime() {
    return LEAST_RESPONSE_TIME;
  }

  /**
   * A fixed order: all requests to the instance with the lowest number in its metadata attribute
   * {@value #PRIORITY} (none: after all others; the same: by id), and to the next one only while
   * that one cannot be reached, fails a quarter of the time or is excluded. Weights do not matter
   * but for 0.
   *
   * <p>Pick O(1) while the first one works; memory O(n). <b>Not for</b> sharing load; tiers of
   * several instances are priorities of the routing.
   *
   * @return the strategy
   */
  public static Selector failover() {
    return FAILOVER;
  }

  /**
   * A fixed order, as {@link #failover()}.
   *
   * @param order who comes first; those it holds equal are ordered by id
   * @return the strategy
   */
  public static Selector failover(Comparator<? super Instance> order) {
    return new FailoverSelector(requireNonNull(order, "order"));
  }

  /** The size of the table of {@link #maglev()}, a prime: {@value}. */
  public static final int DEFAULT_MAGLEV_SIZE = 65_537;

  /** The size of the table of {@link #rendezvous()}, a power of two: {@value}. */
  public static final int DEFAULT_RENDEZVOUS_SLOTS = 1 << 18;

  /** What {@link #boundedLoad(Selector)} allows above the average load: {@value}. */
  public static final double DEFAULT_LOAD_FACTOR = 1.25;

  private static final HashFunction XX_HASH = HashFunction.xxHash64();
  private static final Function<Instance, String> DEFAULT_KEY = KeyedEndpoints::defaultKey;
  private static final int MAX_MAGLEV_SIZE = 5_000_011;
  private static final int MAX_RENDEZVOUS_SLOTS = 1 << 22;

  /**
   * Consistent hashing on a ring (Ketama; D. Karger et al., "Consistent hashing and random trees",
   * 1997) with a fixed number of points per unit of weight: removing an instance moves its keys and
   * no others, adding one moves keys to it and no others.
   *
   * <p><b>What is hashed.</b> Of a request {@link
   * dev.steelyard.lb.request.RequestContext#keyHash()} as it is, or else xxHash64 of its key;
   * without either it goes to a random place, as in Envoy and gRPC. Of an instance its key: the
   * metadata entry {@code hash_key} if it has one, or else {@code host:port} ({@code [v6]:port}).
   * Point k is at the hash of the key, {@code _} and k. The order of registration has no say. Of
   * instances with one key only the first by id gets requests, and the others stand by.
   *
   * <p><b>Size.</b> {@code round(v * weight / unit)} points, at least one; unit is the power of two
   * nearest to the mean weight, and v is 1024 for up to 128 instances and halved whenever the
   * number doubles beyond. When v or unit takes a step, each instance loses or gains every other
   * point, and about half of all keys move once. The fullest of 100 equal instances has about 1.08
   * of its share (99 times in 100 below 1.15), of 10 about 1.05, of 1000 about 1.4, of 10 000, who
   * have 8 points each, about 3.
   *
   * <p>Pick O(1) by a guide table; memory 16 to 20 bytes per point, at most 185 000 points; an
   * update builds the ring anew in O(points). An excluded instance's keys go on to the next points.
   * <b>Not for</b> even shares: {@link #maglev()} and {@link #rendezvous()} are smaller and more
   * even.
   *
   * @return the strategy
   */
  public static Selector ringHash() {
    return ring("ringHash", RingPoints.perWeight(), XX_HASH, DEFAULT_KEY);
  }

  /**
   * The ring of Envoy and gRPC, point by point, so that a client and a proxy agree where a key
   * lives: the lightest instance gets a whole number of points and the ring at least the minimum,
   * but not more than about the maximum. Otherwise as {@link #ringHash()}.
   *
   * <p>Where the maximum cuts in, or weights are no multiples of the lightest, points are dealt out
   * by a running sum: then removing one instance also moves some keys of others, and instances may
   * have no point at all (envoy#22558). <b>Not for</b> such fleets, unless it has to agree.
   *
   * @param minimumSize the least number of points, 1 to 8388608 (Envoy and gRPC: 1024)
   * @param maximumSize the most, at least the minimum (Envoy: 8388608; gRPC: 4096)
   * @return the strategy
   * @throws IllegalArgumentException if a size is out of range or the minimum above the maximum
   */
  public static Selector ringHash(int minimumSize, int maximumSize) {
    return ringHash(minimumSize, maximumSize, XX_HASH, DEFAULT_KEY);
  }

  /**
   * As {@link #ringHash(int, int)}, with another hash function and another key of instances.
   *
   * @param minimumSize the least number of points
   * @param maximumSize the most
   * @param function hashes keys of requests and points of instances, with seed 0
   * @param instanceKey the key of an instance: never null, and its own
   * @return the strategy
   * @throws IllegalArgumentException if a size is out of range or the minimum above the maximum
   */
  public static Selector ringHash(
      int minimumSize,
      int maximumSize,
      HashFunction function,
      Function<Instance, String> instanceKey) {
    String name = "ringHash(" + minimumSize + ", " + maximumSize + ")";
    return ring(name, RingPoints.between(minimumSize, maximumSize), function, instanceKey);
  }

  private static Selector ring(
      String name, RingPoints points, HashFunction function, Function<Instance, String> keyOf) {
    requireNonNull(function, "function");
    return new HashingSelector(
        name,
        requireNonNull(keyOf, "instanceKey"),
        RequestHash.ofKey(function),
        (members, hash, random) -> new RingPicker(members, points, function, hash, random));
  }

  /**
   * Maglev hashing (D. Eisenbud et al., "Maglev: a fast and reliable software network load
   * balancer", 2016) with Envoy's table, slot by slot, of {@value #DEFAULT_MAGLEV_SIZE} slots: the
   * most even shares, within one slot of equal. What is hashed of requests and instances is as in
   * {@link #ringHash()}, whose order independence it has, too.
   *
   * <p>Pick O(1), one multiplication and one load; memory 2 bytes per slot up to 65 536 instances,
   * 4 beyond; an update fills the table anew, O(m log m) on average. <b>Not for</b> keys that are
   * dear to move: when one of 100 instances leaves, about 0.6 % of all keys move besides its own;
   * nor for more than a few hundred instances per 65 537 slots, if shares are to be even.
   *
   * @return the strategy
   */
  public static Selector maglev() {
    return maglev(DEFAULT_MAGLEV_SIZE);
  }

  /**
   * As {@link #maglev()}, with a table of another size: 100 slots per instance keep shares within 1
   * %. With fewer slots than instances some get no keys.
   *
   * @param tableSize the number of slots, a prime of at most 5000011
   * @return the strategy
   * @throws IllegalArgumentException if the size is out of range or not prime
   */
  public static Selector maglev(int tableSize) {
    return maglev(tableSize, XX_HASH, DEFAULT_KEY);
  }

  /**
   * As {@link #maglev(int)}, with another hash function and another key of instances.
   *
   * @param tableSize the number of slots, a prime of at most 5000011
   * @param function hashes keys of requests with seed 0, and those of instances with 0 and 1
   * @param instanceKey the key of an instance: never null, and its own
   * @return the strategy
   * @throws IllegalArgumentException if the size is out of range or not prime
   */
  public static Selector maglev(
      int tableSize, HashFunction function, Function<Instance, String> instanceKey) {
    requireNonNull(function, "function");
    return maglev(
        "maglev(" + tableSize + ")",
        tableSize,
        function,
        requireNonNull(instanceKey, "instanceKey"),
        RequestHash.ofKey(function));
  }

  private static Selector maglev(
      String name,
      int size,
      HashFunction function,
      Function<Instance, String> keyOf,
      RequestHash requestHash) {
    check(
        size >= 2 && size <= MAX_MAGLEV_SIZE && BigInteger.valueOf(size).isProbablePrime(50),
        "tableSize",
        size,
        "a prime, at most " + MAX_MAGLEV_SIZE);
    return new HashingSelector(
        name,
        keyOf,
        requestHash,
        (members, hash, random) -> new MaglevPicker(members, size, function, hash, random));
  }

  /**
   * Weighted rendezvous hashing (highest random weight; D. Thaler and C. Ravishankar, "Using
   * name-based mappings to increase hit rates", 1998), tabulated over {@value
   * #DEFAULT_RENDEZVOUS_SLOTS} slots: no key moves that need not. Removing an instance moves its
   * keys only, adding one or raising a weight moves keys to that one only, exactly, for any weights
   * and any number of changes. What is hashed is as in {@link #ringHash()}; of instances with one
   * key and weight only the first by id gets requests.
   *
   * <p>Pick O(1); memory 2 bytes per slot up to 65 536 instances, 4 beyond (512 KiB), and six times
   * that while it is built; an update draws the table anew, O(slots * log slots) however many
   * instances there are. Shares are those of a draw of so many slots: off by {@code sqrt(n /
   * slots)} as a coefficient of variation, 2 % at 100 equal instances. <b>Not for</b> agreement
   * with a proxy: the table is this library's own.
   *
   * @return the strategy
   */
  public static Selector rendezvous() {
    return rendezvous(DEFAULT_RENDEZVOUS_SLOTS);
  }

  /**
   * As {@link #rendezvous()}, with another number of slots.
   *
   * @param slots a power of two, 2 to 4194304
   * @return the strategy
   * @throws IllegalArgumentException if it is not
   */
  public static Selector rendezvous(int slots) {
    check(
        slots >= 2 && slots <= MAX_RENDEZVOUS_SLOTS && Integer.bitCount(slots) == 1,
        "slots",
        slots,
        "a power of two, 2.." + MAX_RENDEZVOUS_SLOTS);
    return new HashingSelector(
        "rendezvous(" + slots + ")",
        DEFAULT_KEY,
        RequestHash.ofKey(XX_HASH),
        (members, hash, random) -> new RendezvousPicker(members, slots, XX_HASH, hash, random));
  }

  /**
   * Jump consistent hash (J. Lamping and E. Veach, 2014) over numbered shards, for servers that
   * hold a part of the data each. An instance says in its metadata which shard it serves; several
   * of one shard are replicas, of which the less loaded of two is taken as in {@link
   * #powerOfTwoChoices()}. Going from n shards to n + 1 moves one key in n + 1, all to the new
   * shard. What is hashed of a request is as in {@link #ringHash()}.
   *
   * <p>If a shard has no instance that may get the request, there is no pick: its keys live nowhere
   * else. An instance that does not say its shard makes {@link Selector#prepare} throw an
   * IllegalArgumentException that names it.
   *
   * <p>Pick O(log shards), without a table; memory O(shards + n). <b>Not for</b> interchangeable
   * instances that come and go: shards are numbers, and only the last one can be taken away.
   *
   * @param shards how many there are, 1 to 1048576
   * @param metadataKey the metadata entry that holds the number of an instance's shard, 0 to shards
   *     - 1
   * @return the strategy
   * @throws IllegalArgumentException if the number is out of range or the entry's name blank
   */
  public static Selector jumpHash(int shards, String metadataKey) {
    check(
        shards >= 1 && shards <= JumpHashSelector.MOST_SHARDS,
        "shards",
        shards,
        "1.." + JumpHashSelector.MOST_SHARDS);
    return new JumpHashSelector(
        shards, notBlank(metadataKey, "metadataKey"), RequestHash.ofKey(XX_HASH));
  }

  /**
   * {@link #maglev()} over the address of the request's client instead of its key; without an
   * address, at random.
   *
   * <p><b>Not for</b> few clients, or many behind one address: an address has one instance, however
   * busy.
   *
   * @return the strategy
   * @see dev.steelyard.lb.request.RequestContext#withClientAddress
   */
  public static Selector clientAddressHash() {
    return clientAddressHash(32, 128);
  }

  /**
   * As {@link #clientAddressHash()}, over the leading bits of the address, so that a network stays
   * together. What is hashed are the 16 bytes of the IPv6 form, the other bits 0, by xxHash64.
   *
   * @param ipv4Prefix how many bits of an IPv4 address count, 1 to 32
   * @param ipv6Prefix how many bits of an IPv6 address count, 1 to 128
   * @return the strategy
   * @throws IllegalArgumentException if a prefix is out of range
   */
  public static Selector clientAddressHash(int ipv4Prefix, int ipv6Prefix) {
    check(ipv4Prefix >= 1 && ipv4Prefix <= 32, "ipv4Prefix", ipv4Prefix, "1..32");
    check(ipv6Prefix >= 1 && ipv6Prefix <= 128, "ipv6Prefix", ipv6Prefix, "1..128");
    return maglev(
        "clientAddressHash(" + ipv4Prefix + ", " + ipv6Prefix + ")",
        DEFAULT_MAGLEV_SIZE,
        XX_HASH,
        DEFAULT_KEY,
        RequestHash.ofClientAddress(ipv4Prefix, ipv6Prefix));
  }

  /**
   * {@link #boundedLoad(Selector, double)} with the default factor, {@value #DEFAULT_LOAD_FACTOR}.
   *
   * @param hashing what gives the first choice
   * @return the strategy
   * @throws IllegalArgumentException if the selector is of another kind
   */
  public static Selector boundedLoad(Selector hashing) {
    return boundedLoad(hashing, DEFAULT_LOAD_FACTOR);
  }

  /**
   * Consistent hashing with bounded loads (V. Mirrokni, M. Thorup and M. Zadimoghaddam, 2018): a
   * hot key cannot overload its instance. An instance takes a request while it has fewer than
   * {@code ceil(factor * (A + 1) * w / W)} in flight, A being what is in flight in all and {@code w
   * / W} its share of the weights; the others overflow, each key to instances of its own choice,
   * not to a common neighbour. If none has room, which takes exclusions, the least loaded for its
   * weight gets it. Threads that pick at the same moment may pass the bound by their number.
   *
   * <p>Pick O(1) expected: {@code factor / (factor - 1)} probes where the first choice is full.
   * Begin and end of a request cost an atomic add each more. <b>Not for</b> keys that must be
   * served by one instance at a time: under load a key has several.
   *
   * @param hashing {@link #ringHash()}, {@link #maglev()}, {@link #rendezvous()} or {@link
   *     #clientAddressHash()}, in any form
   * @param factor how much more than the average an instance may have: finite and at least 1; the
   *     nearer to 1, the more keys leave their instance
   * @return the strategy
   * @throws IllegalArgumentException if the selector is of another kind or the factor out of range
   */
  public static Selector boundedLoad(Selector hashing, double factor) {
    requireNonNull(hashing, "hashing");
    check(
        hashing instanceof HashingSelector,
        "hashing",
        hashing,
        "a ringHash, maglev, rendezvous or clientAddressHash of Selectors");
    check(factor >= 1 && factor <= Double.MAX_VALUE, "factor", factor, "finite and >= 1");
    return new BoundedLoadSelector((HashingSelector) hashing, factor);
  }

  /**
   * The least loaded of several drawn by weight, the load being that of {@link
   * #powerOfTwoChoices()}, which is what 2 gives; a tie goes to the first that was drawn. The drawn
   * ones are distinct where weights are equal. With no more instances than choices all are looked
   * at, and ties are broken at random, by weight.
   *
   * <p>Each choice more takes some of the imbalance away, and less of it each time: two do most of
   * the work (Mitzenmacher 2001). And many clients that each take the least of many all go for the
   * same one. Pick O(choices<sup>2</sup>), of which all but the look at each choice is register
   * arithmetic; memory O(n). <b>Not for</b> many clients of few instances, nor for 2 to 3
   * instances, where {@link #powerOfTwoChoices()} looks at about as many.
   *
   * @param choices how many: 2 to 10
   * @return the strategy
   * @throws IllegalArgumentException if there are fewer than 2 or more than 10
   */
  public static Selector powerOfChoices(int choices) {
    check(choices >= 2 && choices <= ManyChoicesPicker.MOST, "choices", choices, "2 to 10");
    return choices == 2 ? POWER_OF_TWO_CHOICES : new ManyChoicesSelector(choices);
  }

  /**
   * Asks instances for their load and sends the request to the best of those that have answered
   * lately, with {@value PrequalSelector#DEFAULT_PROBES} probes per request; see {@link
   * #prequal(Function, double)}.
   *
   * @param probe asks an instance, without blocking
   * @return the strategy
   */
  public static Selector prequal(Function<Instance, CompletionStage<LoadReport>> probe) {
    return prequal(probe, PrequalSelector.DEFAULT_PROBES);
  }

  /**
   * Asks instances for their load and sends the request to the best of those that have answered
   * lately (B. Wydrowski et al., "Load is not what you should balance: Introducing Prequal", NSDI
   * 2024). Sees the load that other clients make, which no count of one's own requests does.
   *
   * <p>Each pick sends probes to instances drawn by weight and waits for none of them. The answers,
   * which carry the named metrics {@value LoadReport#REQUESTS_IN_FLIGHT} and {@value
   * LoadReport#LATENCY_MILLIS} (one without either is ignored), form a pool of a quarter of the
   * fleet, {@value ProbePool#LEAST} to {@value ProbePool#MOST}; they are used for {@value
   * PrequalSelector#AGE_LIMIT_SECONDS} s from the probe on, and a bounded number of times. An
   * instance is hot if its requests in flight, divided by its weight, are above the {@value
   * RecentLoads#QUANTILE} quantile of recent answers. The pick is, among the cold, the one of the
   * least latency times requests in flight (this one included), or else the one with the fewest
   * requests in flight. An instance that fails here ({@link Endpoint#failureRate} of a quarter) is
   * never picked for its answers: what fails fast answers probes well.
   *
   * <p>While the pool has fewer than two usable answers the pick is that of {@link
   * #powerOfTwoChoices()}; the paper takes any instance at random, which is worse in just that
   * case: at a start, or when the probes fail, what this client knows itself is all there is.
   *
   * <p>Weights act on the draws and divide requests in flight, so they hold under load, about. Not
   * latency: an instance of triple weight is not thereby to be three times as slow, and if its
   * latency were divided, it would win every comparison. So idle instances are chosen by latency
   * whatever their weights; by weight, if it is equal.
   *
   * <p>Probes that fail, or come back too late, are dropped; at most {@value ProbeCalls#MOST} are
   * under way at a time. A pick allocates only what the probe function and the stage it returns
   * allocate. Pick O(1); memory O(n). <b>Not for</b> servers that cannot answer a probe in about a
   * millisecond, nor for requests that cost hardly more than a probe.
   *
   * @param probe asks an instance, without blocking; {@code dev.steelyard.lb.http.LoadProbes} makes
   *     one for HTTP
   * @param probesPerRequest how many probes a pick sends on average: above 0, at most 5; {@value
   *     PrequalSelector#DEFAULT_PROBES} by default
   * @return the strategy
   * @throws IllegalArgumentException if the number of probes breaks its rule
   */
  public static Selector prequal(
      Function<Instance, CompletionStage<LoadReport>> probe, double probesPerRequest) {
    return new PrequalSelector(requireNonNull(probe, "probe"), probesPerRequest);
  }
}
