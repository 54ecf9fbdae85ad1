#version 330 core
// SPDX-License-Identifier: Apache-2.0
// What differs between the photo and the head drawn through its camera, channel by channel: black
// is equal. Outside the photo's head there is nothing to compare.
out vec4 colour;

uniform sampler2D picture;  // the photo, alpha = its matte; first row is the top
uniform sampler2D beneath;  // a copy of the target, its own way up
uniform float gain;

void main() {
  vec2 pixel = picture_position();
  vec2 uv = (pixel - frame.xy) / frame.zw;
  bool outside = any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)));
  vec4 photo = outside ? vec4(0.0) : texture(picture, uv);
  vec3 head = texture(beneath, gl_FragCoord.xy / target_size).rgb;
  vec3 differs = min(gain * abs(photo.rgb - head), 1.0);
  colour = vec4(mix(0.7 * backdrop(pixel), differs, smoothstep(0.2, 0.8, photo.a)), 1.0);
}
