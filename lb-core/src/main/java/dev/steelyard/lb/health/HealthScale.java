package dev.steelyard.lb.health;

/**
 * HAProxy's one integer: 0 to {@code rise + fall - 1}, up from {@code rise} on ({@code
 * set_server_check_status} in its {@code check.c}). It counts towards the edge and jumps to the far
 * end once it has crossed it, or once a result goes the other way while down, so a flip needs
 * exactly `rise` or `fall` results in a row. The value at either side of the edge is "up" or "down"
 * that nothing has confirmed yet: there the next result decides alone.
 */
record HealthScale(int rise, int fall) {

  int best() {
    return rise + fall - 1;
  }

  int unconfirmedUp() {
    return rise;
  }

  int unconfirmedDown() {
    return rise - 1;
  }

  boolean isUp(int health) {
    return health >= rise;
  }

  /** Neither end: something has begun that may become a flip. */
  boolean inTransition(int health) {
    return health > 0 && health < best();
  }

  int afterPass(int health) {
    return health + 1 >= rise ? best() : health + 1;
  }

  int afterFailure(int health) {
    return health - 1 >= rise ? health - 1 : 0;
  }
}
