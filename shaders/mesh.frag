#version 330 core
// SPDX-License-Identifier: Apache-2.0
// Clay in a quiet studio: a large key light from the upper left, a weak fill from the right, a rim
// from behind, and the room's own light. Wireframe: its edges, one pixel wide, with the surface
// dimmed under them so that nothing behind shows through.
in vec3 normal_there;
in vec3 towards_eye;
noperspective in vec3 corners;
out vec4 colour;

uniform int wireframe;
uniform float line_width;  // pixels of the target
uniform vec3 clay;         // linear
uniform vec3 line_colour;  // sRGB-encoded

// A light so large that it reaches a little round the edge.
float wrapped(vec3 n, vec3 to_light, float reach) {
  return max(dot(n, normalize(to_light)) + reach, 0.0) / (1.0 + reach);
}

void main() {
  vec3 eye_way = normalize(towards_eye);
  vec3 n = normalize(normal_there);
  if (dot(n, eye_way) < 0.0) n = -n;
  float key = wrapped(n, vec3(-0.55, -0.75, -0.75), 0.15);
  float fill = wrapped(n, vec3(0.9, 0.05, -0.45), 0.3);
  float rim = pow(1.0 - max(dot(n, eye_way), 0.0), 3.0) * wrapped(n, vec3(0.5, -0.6, 0.8), 0.2);
  float room = 0.5 - 0.5 * n.y;  // y is down: light from above
  vec3 half_way = normalize(normalize(vec3(-0.55, -0.75, -0.75)) + eye_way);
  float sheen = 0.04 * pow(max(dot(n, half_way), 0.0), 24.0);
  vec3 light = 0.62 * key * vec3(1.0, 0.97, 0.93) + 0.13 * fill * vec3(0.90, 0.95, 1.0) +
               0.25 * rim * vec3(0.95, 0.97, 1.0) + mix(0.03, 0.12, room) * vec3(0.93, 0.96, 1.0);
  vec3 shown = pow(clay * light + sheen, vec3(1.0 / 2.2));
  if (wireframe == 1) {
    shown *= 0.62;
    vec3 slope = fwidth(corners);
    vec3 away = corners / max(slope, vec3(1e-6));  // pixels from each edge
    float nearest = min(min(away.x, away.y), away.z);
    float line = 1.0 - smoothstep(0.5 * line_width - 0.5, 0.5 * line_width + 0.5, nearest);
    // Triangles of a pixel or two would make one solid patch of their edges.
    float height = 1.0 / max(max(slope.x, slope.y), slope.z);
    line *= mix(0.10, 0.9, smoothstep(2.5, 9.0, height / line_width));
    shown = mix(shown, line_colour, line);
  }
  colour = vec4(shown, 1.0);
}
