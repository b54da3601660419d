package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go before a strategy says to which instance: the own zone first, a standby tier
 * when the first one fails, a part of a large fleet, the instances that a request asks for, a share
 * for a canary. An immutable value; each method returns a copy with one knob set, and refuses what
 * breaks its rule or would have no effect beside the knobs set before.
 *
 * <pre>{@code
 * Routing routing =
 *     Routing.none()
 *         .zone("eu-central-1a")
 *         .panicThreshold(0.5)
 *         .split("version", Map.of("v1", 0.95, "v2", 0.05));
 * }</pre>
 *
 * <p><b>Order.</b> The client's part of the fleet ({@link #clientSubset}) is what everything else
 * sees. The hints of the request narrow it ({@link #subset}), then the split takes a group ({@link
 * #split}), and among the instances that are left panic, tiers and zones are planned by themselves:
 * a canary that only another zone has gets its share all the same.
 *
 * <p><b>Capacity</b> is weight: configured, times what slow start, an operator or reports make of
 * it. An instance of weight 0, and one that is STARTING, DRAINING or in MAINTENANCE, counts
 * nowhere.
 *
 * <p><b>Cost.</b> All of it is planned when instances change, in O(n log n) per declared subset. A
 * pick costs nothing more without subsets and splits; with them, one look-up per key of a subset
 * and O(groups) for a split; it allocates nothing either way.
 *
 * <p><b>Not for</b> the choice of an instance by a key (a hashing strategy), or the exclusion of
 * instances that fail (health).
 */
public final class Routing {
  /** The default of {@link #overprovisioning(double)}: {@value}, as Envoy's. */
  public static final double DEFAULT_OVERPROVISIONING = 1.4;

  /** The default of {@link #zoneMinimum(int)}: {@value}, as Envoy's. */
  public static final int DEFAULT_ZONE_MINIMUM = 6;

  /** The highest tier that {@link #priority} knows: {@value}, as in Envoy. */
  public static final int LAST_TIER = 127;

  /** How many values a {@link #split} may have: {@value}. */
  public static final int MOST_SPLIT_VALUES = 64;

  private enum Knob {
    ZONE("zone"),
    CLIENT_ZONES("clientZones"),
    ZONE_MINIMUM("zoneMinimum"),
    PRIORITY("priority"),
    OVERPROVISIONING("overprovisioning"),
    PANIC_THRESHOLD("panicThreshold"),
    FAIL_ON_PANIC("failOnPanic"),
    CLIENT_SUBSET("clientSubset"),
    SUBSETS("subsets"),
    SUBSET_FALLBACK("subsetFallback"),
    SPLIT("split");

    private final String label;

    Knob(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  private record Numbers(Map<String, Double> byName) {
    @Override
    public String toString() {
      return byName.toString();
    }
  }

  private record Part(int size, String clientId) {
    @Override
    public String toString() {
      return size + " for " + clientId;
    }
  }

  private record Subset(Set<String> keys, boolean strict) {
    @Override
    public String toString() {
      return strict ? keys + " strictly" : keys.toString();
    }
  }

  private record Subsets(List<Subset> declared) {
    @Override
    public String toString() {
      return declared.toString();
    }
  }

  private record Fallback(@Nullable Map<String, String> criteria) {
    @Override
    public String toString() {
      return criteria == null ? "none" : criteria.toString();
    }
  }

  private record Split(String key, Map<String, Double> shares) {
    @Override
    public String toString() {
      return key + " " + shares;
    }
  }

  private static final Routing NONE = new Routing(new EnumMap<>(Knob.class));

  /** Only what was set; never written after the construction. */
  private final EnumMap<Knob, Object> knobs;

  private Routing(EnumMap<Knob, Object> knobs) {
    this.knobs = knobs;
  }

  /**
   * Returns the routing that makes no difference between instances.
   *
   * @return always the same object
   */
  public static Routing none() {
    return NONE;
  }

  private Routing with(Knob knob, Object value) {
    EnumMap<Knob, Object> copy = new EnumMap<>(knobs);
    copy.put(knob, value);
    return new Routing(copy);
  }

  private <T> @Nullable T get(Knob knob, Class<T> type) {
    return type.cast(knobs.get(knob));
  }

  /**
   * Prefers the instances of one zone ({@link dev.steelyard.lb.registry.Instance#zone()}). Default:
   * no preference.
   *
   * <p>The zone takes everything while enough of its capacity is healthy: its share is {@code
   * min(1, overprovisioning x healthy / registered)} (but not less than without a preference), and
   * the rest goes to the other zones in proportion to their healthy capacity. If nothing in the
   * zone is healthy, all of it does. <b>Not for</b> a zone that has more than its part of the
   * clients, unless {@link #clientZones} says so: its few instances would get all of their
   * requests.
   *
   * @param localZone the zone of this client, not blank
   * @return a copy
   * @throws IllegalArgumentException if blank, or not among the zones of {@link #clientZones}
   */
  public Routing zone(String localZone) {
    notBlank(localZone, "zone");
    Map<String, Double> clients = clientZones();
    check(
        clients.isEmpty() || clients.getOrDefault(localZone, 0.0) > 0,
        "zone",
        localZone,
        "one of clientZones with a number above 0: " + clients);
    return with(Knob.ZONE, localZone);
  }

  /**
   * Says how the clients of the service are spread over the zones, so that no zone gets more than
   * its capacity: Envoy's zone-aware routing. Default: unknown; each zone then serves its own
   * clients. To be set after {@link #zone}.
   *
   * <p>If the zone's part of the healthy capacity is at least its part of the clients, it takes all
   * of their requests; otherwise the ratio of the two, and the rest goes to the zones that have
   * more capacity than clients, in proportion to what they have more. The overprovisioning has no
   * say in it.
   *
   * @param clientsByZone relative numbers: finite, at least 0, above 0 for the own zone
   * @return a copy
   * @throws IllegalArgumentException if a number breaks its rule, or no zone is set
   */
  public Routing clientZones(Map<String, Double> clientsByZone) {
    String localZone = localZone();
    check(
        localZone != null,
        "clientZones",
        clientsByZone,
        "after zone, without which it has no effect");
    Map<String, Double> copy = numbers("clientZones", clientsByZone);
    check(
        localZone != null && copy.getOrDefault(localZone, 0.0) > 0,
        "clientZones",
        copy,
        "a number above 0 for the own zone, " + localZone);
    return with(Knob.CLIENT_ZONES, new Numbers(copy));
  }

  /**
   * Sets how many healthy instances it takes for the rule of {@link #clientZones}; with fewer there
   * is no preference. Default: {@value #DEFAULT_ZONE_MINIMUM}. Without {@code clientZones} the zone
   * is preferred whatever the number.
   *
   * @param instances at least 1
   * @return a copy
   * @throws IllegalArgumentException if below 1, or {@code clientZones} is not set
   */
  public Routing zoneMinimum(int instances) {
    check(instances >= 1, "zoneMinimum", instances, ">= 1");
    check(
        !clientZones().isEmpty(),
        "zoneMinimum",
        instances,
        "after clientZones, without which it has no effect");
    return with(Knob.ZONE_MINIMUM, instances);
  }

  /**
   * Cuts the instances into tiers, by an attribute of their metadata: 0 (or absent) is used first,
   * the next ones as far as its health does not suffice. Default: no tiers.
   *
   * <p>Envoy's priority levels: a tier has {@code min(100, overprovisioning x healthy /
   * registered)} percent to give (at least 1 while anything in it is healthy); the tiers share 100
   * in this order, first with what is UP, then with what is DEGRADED, and scaled up if together
   * they have less. An instance whose attribute is not a number from 0 to {@value #LAST_TIER} gets
   * no requests, and the balancer says so.
   *
   * @param metadataKey the attribute, not blank
   * @return a copy
   * @throws IllegalArgumentException if blank
   */
  public Routing priority(String metadataKey) {
    return with(Knob.PRIORITY, notBlank(metadataKey, "priority"));
  }

  /**
   * Sets how much more than its part a zone or a tier can bear: with 1.4 it takes everything until
   * fewer than 1 / 1.4 = 71 % of it are healthy. Default: {@value #DEFAULT_OVERPROVISIONING}. To be
   * set after {@link #zone} or {@link #priority}.
   *
   * @param factor 1 to 100
   * @return a copy
   * @throws IllegalArgumentException if out of range, or neither zone nor tiers are set
   */
  public Routing overprovisioning(double factor) {
    check(factor >= 1 && factor <= 100, "overprovisioning", factor, "1..100");
    check(
        localZone() != null || priorityKey() != null,
        "overprovisioning",
        factor,
        "after zone or priority, without which it has no effect");
    return with(Knob.OVERPROVISIONING, factor);
  }

  /**
   * Sets below which share of UP and DEGRADED instances, of those that are UP, DEGRADED or DOWN,
   * the state is no longer believed: then all of them get requests by their weight, also those that
   * are DOWN, and without preference for a zone. Default: 0, never.
   *
   * <p>With tiers, a tier panics by itself, and none does while all together have 100 percent to
   * give; if every one panics, they share by their capacity.
   *
   * @param share 0 (off) to 1
   * @return a copy
   * @throws IllegalArgumentException if out of range, or 0 while {@link #failOnPanic} is set
   */
  public Routing panicThreshold(double share) {
    check(share >= 0 && share <= 1, "panicThreshold", share, "0..1");
    check(share > 0 || !failsOnPanic(), "panicThreshold", share, "> 0 beside failOnPanic");
    if (share > 0) {
      return with(Knob.PANIC_THRESHOLD, share);
    }
    EnumMap<Knob, Object> copy = new EnumMap<>(knobs);
    copy.remove(Knob.PANIC_THRESHOLD);
    return new Routing(copy);
  }

  /**
   * Has nobody get requests in panic, instead of everybody: failing at once instead of pushing what
   * is left over the edge. The tiers that do not panic take all of the traffic. Default: everybody.
   * To be set after {@link #panicThreshold}.
   *
   * @return a copy
   * @throws IllegalArgumentException if no panic threshold is set
   */
  public Routing failOnPanic() {
    check(
        panicThreshold() > 0,
        "failOnPanic",
        true,
        "after panicThreshold, without which it has no effect");
    return with(Knob.FAIL_ON_PANIC, true);
  }

  /**
   * Uses a part of a large fleet only, a different one for each client: fewer connections, and a
   * strategy that knows its instances. Default: all.
   *
   * <p>The part is the instances with the smallest hashes of (instance id, client id) among those
   * that may serve (gRPC A68): the order of registration has no influence, and one instance more or
   * less changes at most one member. Requests per instance vary as connections do, binomially:
   * choose a size of at least 20, and <b>not</b> one that a few clients with most of the traffic
   * share.
   *
   * @param size at least 1; with no more instances than that, all of them
   * @param clientId what tells this client from the others, such as its host name; not blank
   * @return a copy
   * @throws IllegalArgumentException if an argument breaks its rule
   */
  public Routing clientSubset(int size, String clientId) {
    check(size >= 1, "clientSubset size", size, ">= 1");
    return with(Knob.CLIENT_SUBSET, new Part(size, notBlank(clientId, "clientSubset clientId")));
  }

  /**
   * Declares a subset: a request with hints for all of these keys is served by the instances whose
   * metadata have the same values. May be called several times; of the sets of keys that a request
   * has hints for, the largest counts, of equally large ones the first declared.
   *
   * <p>If such instances do not exist, may not serve or are excluded, and if the request has no
   * hints for any set, the fallback decides: by default any instance ({@link #subsetFallback}).
   *
   * @param metadataKeys one key or more, not blank, each once
   * @return a copy
   * @throws IllegalArgumentException if a key breaks its rule, or the same set is declared already
   */
  public Routing subset(String... metadataKeys) {
    return declare(metadataKeys, false);
  }

  /**
   * As {@link #subset}, but without a fallback: requests that ask for an instance of this subset
   * are served by one, or fail.
   *
   * @param metadataKeys one key or more, not blank, each once
   * @return a copy
   * @throws IllegalArgumentException if a key breaks its rule, or the same set is declared already
   */
  public Routing strictSubset(String... metadataKeys) {
    return declare(metadataKeys, true);
  }

  private Routing declare(String[] metadataKeys, boolean strict) {
    check(metadataKeys.length > 0, "subset", "no keys", "one key or more");
    Set<String> keys = new TreeSet<>();
    for (String key : metadataKeys) {
      check(keys.add(notBlank(key, "subset")), "subset", key, "each key once");
    }
    check(!subsets().contains(keys), "subset", keys, "each set of keys once");
    Subsets before = get(Knob.SUBSETS, Subsets.class);
    List<Subset> declared = new ArrayList<>(before == null ? List.of() : before.declared());
    declared.add(new Subset(Collections.unmodifiableSet(keys), strict));
    return with(Knob.SUBSETS, new Subsets(List.copyOf(declared)));
  }

  /**
   * Has requests that no subset serves go to the instances with these metadata. Default: to any. To
   * be set after {@link #subset}.
   *
   * @param defaultSubset keys and values, at least one
   * @return a copy
   * @throws IllegalArgumentException if empty, or no subset is declared
   */
  public Routing subsetFallback(Map<String, String> defaultSubset) {
    Map<String, String> copy = Collections.unmodifiableMap(new TreeMap<>(defaultSubset));
    check(!copy.isEmpty(), "subsetFallback", copy, "one key or more");
    copy.forEach(
        (key, value) -> {
          notBlank(key, "subsetFallback");
          requireNonNull(value, "subsetFallback");
        });
    return fallback(new Fallback(copy));
  }

  /**
   * Has requests that no subset serves fail, also those without hints. Default: they go to any
   * instance. To be set after {@link #subset}.
   *
   * @return a copy
   * @throws IllegalArgumentException if no subset is declared
   */
  public Routing noSubsetFallback() {
    return fallback(new Fallback(null));
  }

  private Routing fallback(Fallback fallback) {
    check(
        knobs.containsKey(Knob.SUBSETS),
        "subsetFallback",
        fallback,
        "after subset, without which it has no effect");
    return with(Knob.SUBSET_FALLBACK, fallback);
  }

  /**
   * Divides the traffic between groups of instances, by an attribute of their metadata: blue and
   * green, a canary. Default: no split.
   *
   * <p>Requests with a key stay with their group: weighted rendezvous hashing over the groups, so
   * that raising one share moves keys into that group only. The others are drawn at random. While
   * no instance of a group may serve, the others have its share in proportion. An instance whose
   * value has no share, or 0, gets nothing.
   *
   * @param metadataKey the attribute, not blank
   * @param shares relative numbers by value: finite, at least 0, one above 0; at most {@value
   *     #MOST_SPLIT_VALUES}
   * @return a copy
   * @throws IllegalArgumentException if an argument breaks its rule
   */
  public Routing split(String metadataKey, Map<String, Double> shares) {
    notBlank(metadataKey, "split");
    Map<String, Double> copy = numbers("split", shares);
    check(copy.size() <= MOST_SPLIT_VALUES, "split", copy.size(), "at most " + MOST_SPLIT_VALUES);
    return with(Knob.SPLIT, new Split(metadataKey, copy));
  }

  /** Sorted, so that equal seeds give equal picks whatever map they came in. */
  private static Map<String, Double> numbers(String knob, Map<String, Double> given) {
    Map<String, Double> copy = new TreeMap<>();
    boolean some = false;
    for (Map.Entry<String, Double> entry : given.entrySet()) {
      double number = entry.getValue() + 0.0; // -0.0 becomes 0.0
      check(
          number >= 0 && number <= Double.MAX_VALUE,
          knob + " of " + entry.getKey(),
          number,
          "finite and >= 0");
      copy.put(entry.getKey(), number);
      some |= number > 0;
    }
    check(some, knob, copy, "at least one number above 0");
    return Collections.unmodifiableMap(copy);
  }

  /**
   * Returns the preferred zone.
   *
   * @return {@link #zone}, or null
   */
  public @Nullable String localZone() {
    return get(Knob.ZONE, String.class);
  }

  /**
   * Returns how the clients are spread.
   *
   * @return {@link #clientZones(Map)}, empty if unknown; sorted, immutable
   */
  public Map<String, Double> clientZones() {
    Numbers numbers = get(Knob.CLIENT_ZONES, Numbers.class);
    return numbers == null ? Map.of() : numbers.byName();
  }

  /**
   * Returns how many healthy instances the rule of the client zones takes.
   *
   * @return {@link #zoneMinimum(int)}
   */
  public int zoneMinimum() {
    Integer minimum = get(Knob.ZONE_MINIMUM, Integer.class);
    return minimum == null ? DEFAULT_ZONE_MINIMUM : minimum;
  }

  /**
   * Returns the attribute that names the tier.
   *
   * @return {@link #priority}, or null
   */
  public @Nullable String priorityKey() {
    return get(Knob.PRIORITY, String.class);
  }

  /**
   * Returns how much more than its part a zone or a tier can bear.
   *
   * @return {@link #overprovisioning(double)}
   */
  public double overprovisioning() {
    Double factor = get(Knob.OVERPROVISIONING, Double.class);
    return factor == null ? DEFAULT_OVERPROVISIONING : factor;
  }

  /**
   * Returns below which healthy share there is panic.
   *
   * @return {@link #panicThreshold(double)}, 0 for never
   */
  public double panicThreshold() {
    Double share = get(Knob.PANIC_THRESHOLD, Double.class);
    return share == null ? 0 : share;
  }

  /**
   * Returns whether nobody gets requests in panic.
   *
   * @return whether {@link #failOnPanic} is set
   */
  public boolean failsOnPanic() {
    return knobs.containsKey(Knob.FAIL_ON_PANIC);
  }

  /**
   * Returns how many instances this client uses.
   *
   * @return the size of {@link #clientSubset}, 0 for all
   */
  public int clientSubsetSize() {
    Part part = get(Knob.CLIENT_SUBSET, Part.class);
    return part == null ? 0 : part.size();
  }

  /**
   * Returns what tells this client from the others.
   *
   * @return the client id of {@link #clientSubset}, or null
   */
  public @Nullable String clientId() {
    Part part = get(Knob.CLIENT_SUBSET, Part.class);
    return part == null ? null : part.clientId();
  }

  /**
   * Returns the declared sets of keys.
   *
   * @return {@link #subset} and {@link #strictSubset}, in the order in which they were declared
   */
  public Set<Set<String>> subsets() {
    Set<Set<String>> all = new LinkedHashSet<>();
    Subsets subsets = get(Knob.SUBSETS, Subsets.class);
    if (subsets != null) {
      subsets.declared().forEach(subset -> all.add(subset.keys()));
    }
    return Collections.unmodifiableSet(all);
  }

  /**
   * Returns whether a set of keys has no fallback.
   *
   * @param keys one of {@link #subsets}
   * @return whether it is a {@link #strictSubset}
   */
  public boolean isStrict(Set<String> keys) {
    Subsets subsets = get(Knob.SUBSETS, Subsets.class);
    return subsets != null && subsets.declared().contains(new Subset(keys, true));
  }

  /**
   * Returns who serves requests that no subset serves.
   *
   * @return {@link #subsetFallback(Map)}; empty for any instance, null for nobody
   */
  public @Nullable Map<String, String> subsetFallback() {
    Fallback fallback = get(Knob.SUBSET_FALLBACK, Fallback.class);
    return fallback == null ? Map.of() : fallback.criteria();
  }

  /**
   * Returns the attribute by which the traffic is split.
   *
   * @return the key of {@link #split}, or null
   */
  public @Nullable String splitKey() {
    Split split = get(Knob.SPLIT, Split.class);
    return split == null ? null : split.key();
  }

  /**
   * Returns the shares of the split.
   *
   * @return the shares of {@link #split}, empty if there is none; sorted, immutable
   */
  public Map<String, Double> splitShares() {
    Split split = get(Knob.SPLIT, Split.class);
    return split == null ? Map.of() : split.shares();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Routing routing && knobs.equals(routing.knobs);
  }

  @Override
  public int hashCode() {
    return knobs.hashCode();
  }

  /** Lists the knobs that are set. */
  @Override
  public String toString() {
    String set = knobs.toString();
    return "Routing[" + set.substring(1, set.length() - 1) + "]";
  }
}
