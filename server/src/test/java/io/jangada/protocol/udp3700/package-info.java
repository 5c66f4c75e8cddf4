/// The proving ground of the 3700kvstore front: a medium that behaves as the course's simulator.
package io.jangada.protocol.udp3700;
