/// What members say to each other, as bytes. Start reading at [io.jangada.wire.JsonMessages].
package io.jangada.wire;
