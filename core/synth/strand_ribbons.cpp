// SPDX-License-Identifier: Apache-2.0
#include "core/synth/strand_ribbons.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {

void add_strand(const StrandShape& strand, MeshBuilder& builder) {
  const Eigen::Vector3f up = strand.root.normal;
  Eigen::Vector3f along = strand.root.tangent.normalized();
  Eigen::Vector3f position = strand.root.position;
  const int segments = std::max(strand.segments, 1);
  const float step = strand.length_cm / float(segments);
  Eigen::Vector3f curl = Eigen::Vector3f::Zero();
  std::uint32_t previous[2] = {0, 0};
  for (int s = 0; s <= segments; ++s) {
    const float t = float(s) / float(segments);
    Eigen::Vector3f side = along.cross(up);
    if (side.squaredNorm() < 1e-6F) side = along.cross(Eigen::Vector3f(0.3F, 0.1F, 1.0F));
    side.normalize();
    const Eigen::Vector3f over = side.cross(along);
    if (strand.curl_cm > 0) {
      const float phase = 6.2831853F * strand.curl_turns * t + strand.twist_rad * 3;
      curl = strand.curl_cm * std::min(1.0F, 3 * t) *
             (std::cos(phase) * side + (1 + std::sin(phase)) * over);
    }
    const Eigen::Vector3f across =
        std::cos(strand.twist_rad) * side + std::sin(strand.twist_rad) * over;
    SubjectVertex vertex = strand.root;
    vertex.tangent = along;
    vertex.normal = (up - 0.5F * up.dot(along) * along).normalized();
    vertex.uv.y() += step * float(s);
    const float half = 0.5F * strand.width_cm * (1 - 0.6F * t);
    if (s < segments) {
      vertex.position = position + curl - half * across;
      const std::uint32_t left = builder.add(vertex);
      vertex.position = position + curl + half * across;
      const std::uint32_t right = builder.add(vertex);
      if (s > 0) {
        builder.add(Triangle{previous[0], previous[1], left}, Part::kHair);
        builder.add(Triangle{previous[1], right, left}, Part::kHair);
      }
      previous[0] = left;
      previous[1] = right;
    } else {
      vertex.position = position + curl;
      builder.add(Triangle{previous[0], previous[1], builder.add(vertex)}, Part::kHair);
    }
    position += step * along;
    along -= step * strand.curvature * over;
    along.y() -= step * strand.gravity;
    along.normalize();
  }
}

void SurfaceSampler::take(std::uint32_t triangle) {
  const Triangle& c = builder_.triangles[triangle];
  const Eigen::Vector3f& a = builder_.vertices[c[0]].position;
  const double area = 0.5 * double((builder_.vertices[c[1]].position - a)
                                       .cross(builder_.vertices[c[2]].position - a)
                                       .norm());
  if (!(area > 0)) return;
  cumulative_.push_back(area_cm2() + area);
  triangles_.push_back(triangle);
}

SubjectVertex SurfaceSampler::draw(RandomStream& random) const {
  const double at = random.uniform() * cumulative_.back();
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
  const std::size_t i = std::min(std::size_t(found - cumulative_.begin()), triangles_.size() - 1);
  const float root = std::sqrt(float(random.uniform()));
  const float second = float(random.uniform());
  const float weight[3] = {1 - root, root * (1 - second), root * second};
  SubjectVertex point;
  point.normal.setZero();
  point.edge = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const SubjectVertex& v = builder_.vertices[builder_.triangles[triangles_[i]][k]];
    point.position += weight[k] * v.position;
    point.normal += weight[k] * v.normal;
    point.rest += weight[k] * v.rest;
    point.tangent += weight[k] * v.tangent;
    point.uv += weight[k] * v.uv;
    point.edge += weight[k] * v.edge;
    point.root += weight[k] * v.root;
  }
  point.normal.normalize();
  return point;
}

}  // namespace portrait
