#version 330 core
// SPDX-License-Identifier: Apache-2.0
out vec4 colour;

void main() { colour = vec4(backdrop(picture_position()), 1.0); }
