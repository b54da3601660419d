package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Servers that are not Java, each as one process that a signal stops or kills as a whole. */
enum Proxy {
  NGINX(
      // No master: it would outlive, or be outlived by, the worker that a signal hits.
      """
      daemon off;
      master_process off;
      pid FOLDER/pid;
      error_log FOLDER/error.log crit;
      events { worker_connections 4096; }
      http {
        access_log off;
        client_body_temp_path FOLDER/body;
        proxy_temp_path FOLDER/proxy;
        fastcgi_temp_path FOLDER/fastcgi;
        uwsgi_temp_path FOLDER/uwsgi;
        scgi_temp_path FOLDER/scgi;
        keepalive_requests 100000000;
        keepalive_timeout 1h;
        upstream behind { server 127.0.0.1:BEHIND; keepalive 256; keepalive_requests 100000000; }
        server {
          listen 127.0.0.1:PORT backlog=1024;
          location / {
            proxy_pass http://behind;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_next_upstream off;
          }
        }
      }
      """) {
    @Override
    List<String> command(Path program, Path folder) {
      return List.of(
          program.toString(),
          "-p",
          folder.toString(),
          "-e",
          folder.resolve("error.log").toString(),
          "-c",
          folder.resolve("config").toString());
    }
  },
  HAPROXY(
      """
      global
        maxconn 4096
        nbthread 1
      defaults
        mode http
        retries 0
        timeout connect 2s
        timeout client 1h
        timeout server 1h
        option http-keep-alive
      frontend front
        bind 127.0.0.1:PORT backlog 1024
        default_backend back
      backend back
        http-reuse always
        server behind 127.0.0.1:BEHIND
      """) {
    @Override
    List<String> command(Path program, Path folder) {
      return List.of(program.toString(), "-db", "-q", "-f", folder.resolve("config").toString());
    }
  };

  private static final List<String> FOLDERS =
      List.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/bin");
  private static final long VERSION_SECONDS = 10;

  private final String config;

  Proxy(String config) {
    this.config = config;
  }

  /** What to run in the foreground, with {@code config} in the folder. */
  abstract List<String> command(Path program, Path folder);

  String label() {
    return this == NGINX ? "nginx" : "HAProxy";
  }

  /** Those that are installed here, in order of preference. */
  static List<Proxy> installed() {
    return Arrays.stream(values()).filter(proxy -> Files.isExecutable(proxy.program())).toList();
  }

  /** Where it is, or where it would be. */
  Path program() {
    String name = name().toLowerCase(Locale.ROOT);
    return FOLDERS.stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(Path.of(FOLDERS.get(0), name));
  }

  /** Writes what it is to do. */
  void configure(Path folder, int port, int behind) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config"),
        config
            .replace("FOLDER", folder.toString())
            .replace("PORT", Integer.toString(port))
            .replace("BEHIND", Integer.toString(behind)));
  }

  /** The first line of what it says of itself. */
  String version() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(program().toString(), "-v").redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS);
    return said.lines().findFirst().orElse(label()).replaceAll(" - http.*", "");
  }
}
