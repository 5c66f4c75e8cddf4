/// The proving ground of the 3700kvstore front: a medium that behaves as the course's simulator.
package io.jangada.front.udp3700;
