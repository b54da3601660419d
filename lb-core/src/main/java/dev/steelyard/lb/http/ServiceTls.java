package dev.steelyard.lb.http;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * A TLS context that takes every peer for the service, whatever address it is connected at. The
 * JDK's client asks a context for an engine with the host of the URI as the peer; here that is the
 * instance, so it gets an engine whose peer is the service: that is what the certificate is
 * verified against. Up to JDK 17 the engine takes the SNI from the peer, too; later ones want it in
 * the parameters, which {@link ServiceTlsEngine} sees to.
 */
final class ServiceTls extends SSLContextSpi {
  private final SSLContext base;
  private final String service;
  private final List<SNIServerName> names;

  private ServiceTls(SSLContext base, String service) {
    this.base = base;
    this.service = service;
    this.names = List.of(new SNIHostName(service));
  }

  static SSLContext context(SSLContext base, String service) {
    return new Context(new ServiceTls(base, service), base);
  }

  private static final class Context extends SSLContext {
    Context(SSLContextSpi spi, SSLContext base) {
      super(spi, base.getProvider(), base.getProtocol());
    }
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    return engineCreateSSLEngine(service, -1);
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String host, int port) {
    return new ServiceTlsEngine(base.createSSLEngine(service, port), names);
  }

  @Override
  protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
      throws KeyManagementException {
    throw new KeyManagementException("initialized already");
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    return base.getSocketFactory();
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    return base.getServerSocketFactory();
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    return base.getServerSessionContext();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    return base.getClientSessionContext();
  }

  @Override
  protected SSLParameters engineGetDefaultSSLParameters() {
    return base.getDefaultSSLParameters();
  }

  @Override
  protected SSLParameters engineGetSupportedSSLParameters() {
    return base.getSupportedSSLParameters();
  }
}
