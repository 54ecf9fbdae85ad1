// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/mesh_painter.h"

#include "ui/theme.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace portrait {
namespace {

// A corner of a triangle. Corners are not shared, for each must know which of the three it is.
struct Corner {
  float position[3];
  std::int8_t normal[4];
};

std::int8_t to_signed_byte(float v) {
  return std::int8_t(std::lround(127 * v));
}

glm::vec3 linear(const QColor& c) {
  return {std::pow(c.redF(), 2.2F), std::pow(c.greenF(), 2.2F), std::pow(c.blueF(), 2.2F)};
}

}  // namespace

void MeshPainter::upload(const std::shared_ptr<const ViewMesh>& mesh) {
  if (mesh == shown_) return;
  shown_ = mesh;
  count_ = 0;
  if (mesh == nullptr || mesh->empty()) return;
  std::vector<Corner> corners;
  corners.reserve(mesh->triangles.size());
  for (const std::uint32_t vertex : mesh->triangles) {
    Corner corner{};
    for (int c = 0; c < 3; ++c) {
      corner.position[c] = mesh->positions[std::size_t(3) * vertex + c];
      corner.normal[c] = to_signed_byte(mesh->normals[std::size_t(3) * vertex + c]);
    }
    corners.push_back(corner);
  }
  if (!array_) array_ = make_vertex_array(gl_);
  if (!vertices_) vertices_ = make_buffer(gl_);
  gl_->glBindVertexArray(array_.id());
  gl_->glBindBuffer(GL_ARRAY_BUFFER, vertices_.id());
  gl_->glBufferData(GL_ARRAY_BUFFER, GLsizeiptr(corners.size() * sizeof(Corner)), corners.data(),
                    GL_STATIC_DRAW);
  gl_->glEnableVertexAttribArray(0);
  gl_->glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(Corner), nullptr);
  gl_->glEnableVertexAttribArray(1);
  gl_->glVertexAttribPointer(1, 3, GL_BYTE, GL_TRUE, sizeof(Corner),
                             reinterpret_cast<const void*>(offsetof(Corner, normal)));
  gl_->glBindVertexArray(0);
  count_ = GLsizei(corners.size());
}

void MeshPainter::paint(const PaintTarget& target, const ViewportScene& scene, float line_width) {
  if (!ready()) return;
  const Camera& camera = scene.camera;
  const Eigen::Matrix3d rotation = camera.world_from_camera.block<3, 3>(0, 0);
  const double distance = camera.position().norm();
  program_.use();
  program_.set("target_size", glm::vec2(target.width, target.height));
  program_.set("frame", glm::vec4(target.frame.x(), target.frame.y(), target.frame.width(),
                                  target.frame.height()));
  program_.set("camera_from_world",
               glm::mat3(to_glm(Eigen::Vector3d(rotation.row(0).transpose())),
                         to_glm(Eigen::Vector3d(rotation.row(1).transpose())),
                         to_glm(Eigen::Vector3d(rotation.row(2).transpose()))));
  program_.set("eye", to_glm(camera.position()));
  program_.set("focal", glm::vec2(camera.focal_x, camera.focal_y));
  program_.set("centre", glm::vec2(camera.centre_x, camera.centre_y));
  program_.set("clip", glm::vec2(std::max(0.05, distance - 0.9), distance + 0.9));
  program_.set("wireframe", scene.mode == DisplayMode::kWireframe ? 1 : 0);
  program_.set("line_width", line_width);
  program_.set("clay", linear(QColor(214, 208, 202)));
  program_.set("line_colour", to_glm(QColor(226, 232, 240)));
  gl_->glDisable(GL_BLEND);
  gl_->glEnable(GL_DEPTH_TEST);
  gl_->glBindVertexArray(array_.id());
  gl_->glDrawArrays(GL_TRIANGLES, 0, count_);
  gl_->glBindVertexArray(0);
  gl_->glDisable(GL_DEPTH_TEST);
}

}  // namespace portrait
