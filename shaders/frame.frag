#version 330 core
// SPDX-License-Identifier: Apache-2.0
// A picture that belongs to the camera's square, over the backdrop: a neural frame or the photo.
// Its alpha out is how much it replaces what is drawn there already.
out vec4 colour;

uniform sampler2D picture;  // first row is the top; rgb not premultiplied
uniform float opacity;
uniform float feather;      // in frame sides: soft edge of the square, 0 = none

void main() {
  vec2 pixel = picture_position();
  vec2 uv = (pixel - frame.xy) / frame.zw;
  if (any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)))) discard;
  vec4 head = texture(picture, uv);
  vec2 inside = min(uv, 1.0 - uv);
  float soft = feather > 0.0 ? smoothstep(0.0, feather, min(inside.x, inside.y)) : 1.0;
  colour = vec4(mix(backdrop(pixel), head.rgb, head.a), opacity * soft);
}
