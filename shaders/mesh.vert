#version 330 core
// SPDX-License-Identifier: Apache-2.0
// A triangle's corners through the camera, whose square lies at `frame` on the target. Row 0 of
// the target is the top of the picture.
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;

uniform vec2 target_size;
uniform vec4 frame;
uniform mat3 camera_from_world;
uniform vec3 eye;
uniform vec2 focal;
uniform vec2 centre;
uniform vec2 clip;  // near and far plane

out vec3 normal_there;  // in the camera's axes
out vec3 towards_eye;
noperspective out vec3 corners;  // barycentric

void main() {
  vec3 p = camera_from_world * (position - eye);
  vec2 pixel = frame.xy + frame.zw * (focal * p.xy / p.z + centre);
  float z = (clip.y + clip.x - 2.0 * clip.y * clip.x / p.z) / (clip.y - clip.x);
  gl_Position = vec4(2.0 * pixel / target_size - 1.0, z, 1.0) * p.z;
  normal_there = camera_from_world * normal;
  towards_eye = -p;
  int corner = gl_VertexID % 3;
  corners = vec3(corner == 0, corner == 1, corner == 2);
}
