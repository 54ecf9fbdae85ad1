#version 330 core
// SPDX-License-Identifier: Apache-2.0
// Lays a premultiplied picture of any resolution over the target.
out vec4 colour;

uniform sampler2D layer;  // its first row is the top

void main() { colour = texture(layer, picture_position() / target_size); }
