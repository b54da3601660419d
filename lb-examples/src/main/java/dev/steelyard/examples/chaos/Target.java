package dev.steelyard.examples.chaos;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a client is given: where the instances are, and what all clients share.
 *
 * @param places the instances, in the order in which attempts are counted
 * @param trust what to trust with TLS, or null for plain HTTP
 * @param seed for the random choices of the client
 */
record Target(List<Place> places, @Nullable SSLContext trust, long seed) {
  /** The name of the service. */
  static final String SERVICE = "orders";

  /** How long one attempt may take. */
  static final Duration PER_TRY_TIMEOUT = Duration.ofMillis(200);

  /** How long a connection may take by itself; longer than an attempt, of which it is a part. */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** How long a request may take with all its attempts. */
  static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** How often a request may be tried beside the first time. */
  static final int RETRIES = 2;

  Target {
    places = List.copyOf(places);
  }

  /**
   * Where an instance is.
   *
   * @param host a name or an address
   */
  record Place(String id, String host, int port) {}

  String scheme() {
    return trust == null ? "http" : "https";
  }

  URI uri(Place place) {
    return URI.create(scheme() + "://" + place.host() + ":" + place.port());
  }

  /** The JDK's client, set up the same for all. */
  HttpClient.Builder http(Executor executor) {
    HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(executor);
    return trust == null ? http : http.sslContext(trust);
  }
}
