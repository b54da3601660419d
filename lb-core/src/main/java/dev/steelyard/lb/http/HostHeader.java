package dev.steelyard.lb.http;

/** What a request to an instance carries as its {@code Host}. */
public enum HostHeader {
  /** The address of the instance, as the JDK's client does. */
  INSTANCE,
  /**
   * The authority of the request's URI, that is the name of the service and the port if there is
   * one; a {@code Host} that the request has of its own is kept.
   *
   * <p>The JDK's client refuses a {@code Host} header unless the JVM is started with {@code
   * -Djdk.httpclient.allowRestrictedHeaders=host}, and under HTTP/2 it always sends the address as
   * {@code :authority}. So this needs that property and a client of version {@code HTTP_1_1}; where
   * either is missing, {@link BalancedHttpClientBuilder#build} throws, and a request that asks for
   * HTTP/2 is refused.
   */
  SERVICE
}
