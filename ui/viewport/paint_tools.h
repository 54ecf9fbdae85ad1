// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "ui/viewport/gl_objects.h"

#include <QColor>
#include <QRectF>

#include <Eigen/Core>

namespace portrait {

// What painters share.

// Where a painter draws: the bound framebuffer's size, which way up it is, and the rectangle of
// the camera's square on it.
struct PaintTarget {
  int width = 0;
  int height = 0;
  bool top_row_first = true;
  QRectF frame;
};

inline glm::vec3 to_glm(const QColor& c) {
  return {c.redF(), c.greenF(), c.blueF()};
}
inline glm::vec3 to_glm(const Eigen::Vector3d& v) {
  return {v.x(), v.y(), v.z()};
}
inline glm::vec3 to_glm(const Eigen::Vector3f& v) {
  return {v.x(), v.y(), v.z()};
}

// Uses the program and sets what common.glsl declares.
void set_common(ShaderProgram& program, const PaintTarget& target);
void bind(Gl* gl, int unit, GLenum kind, GLuint texture);
// Of an image of 1, 3 or 4 channels; alpha from `alpha` when given.
GlTexture picture_texture(Gl* gl, const Image& image, const Image* alpha);
// Blends straight alpha over the target and leaves the target's own alpha at 1.
void blend_straight(Gl* gl);
void blend_premultiplied(Gl* gl);

}  // namespace portrait
