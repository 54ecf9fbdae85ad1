// SPDX-License-Identifier: Apache-2.0
#include "core/synth/render_subject.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/synth/rasteriser.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <limits>

namespace portrait {
namespace {

constexpr std::uint32_t kEmpty = 0xffffffffU;
constexpr double kNearest = 0.02;  // world units before the camera that are still drawn
constexpr int kBandRows = 16;

// What covers a sample: a triangle and the point's true (perspective-correct) weights in it.
struct Fragment {
  std::uint32_t triangle = kEmpty;
  float inverse_depth = 0;
  float weight_b = 0;
  float weight_c = 0;
};

struct Grid {
  int size = 0;
  std::vector<Fragment> fragments;
  const Fragment& at(int x, int y) const { return fragments[std::size_t(y) * size + x]; }
};

struct ProjectedVertex {
  double x, y;           // in image widths and heights
  double inverse_depth;  // <= 0: not usable
};

// Where a vertex lies between the centres of a grid's samples: odd = between two of them, even =
// on one; 2 k is the k-th. Clamped a little outside the grid.
constexpr int kUnseen = std::numeric_limits<int>::min();
struct Place {
  int x = kUnseen;
  int y = kUnseen;
};

int half_steps(double samples, int size) {
  const double f = std::clamp(samples - 0.5, -2.0, size + 1.0);
  int whole = int(f);
  if (whole > f) --whole;
  return 2 * whole + (f > whole ? 1 : 0);
}

class ViewRenderer {
 public:
  ViewRenderer(const SubjectMesh& subject, const Camera& camera, int size,
               const SubjectRenderOptions& options)
      : subject_(subject),
        camera_(camera),
        size_(size),
        options_(options),
        eye_(camera.position().cast<float>()) {}

  SubjectView render() {
    project_vertices();
    const int n = options_.supersampling;
    fine_ = draw_grid(size_ * n);
    if (n % 2 == 0 && options_.geometry) centre_ = draw_grid(size_);
    SubjectView view;
    view.alpha = Image(size_, size_, 1);
    if (options_.geometry) {
      view.depth = Image(size_, size_, 1, std::numeric_limits<float>::infinity());
      view.normals = Image(size_, size_, 3);
      view.part.assign(std::size_t(size_) * size_, Part::kNone);
    }
    if (options_.colour) view.rgb = Image(size_, size_, 3);
    parallel_for(size_, 4, [&](std::int64_t begin, std::int64_t end) {
      for (int y = int(begin); y < int(end); ++y) {
        for (int x = 0; x < size_; ++x) {
          if (options_.geometry) measure(x, y, view);
          resolve(x, y, view);
        }
      }
    });
    find_landmarks(view);
    return view;
  }

 private:
  void project_vertices() {
    const Eigen::Matrix4d camera_from_world = camera_.world_from_camera.inverse();
    const Eigen::Matrix3d turn = camera_from_world.block<3, 3>(0, 0);
    const Eigen::Vector3d shift = camera_from_world.block<3, 1>(0, 3);
    projected_.resize(subject_.vertices.size());
    for (std::size_t v = 0; v < projected_.size(); ++v) {
      const Eigen::Vector3d p = turn * subject_.vertices[v].position.cast<double>() + shift;
      if (p.z() < kNearest) {
        projected_[v] = {0, 0, -1};
        continue;
      }
      projected_[v] = {camera_.focal_x * p.x() / p.z() + camera_.centre_x,
                       camera_.focal_y * p.y() / p.z() + camera_.centre_y, 1 / p.z()};
    }
  }

  Grid draw_grid(int size) const {
    Grid grid;
    grid.size = size;
    grid.fragments.resize(std::size_t(size) * size);
    std::vector<Place> place(projected_.size());
    for (std::size_t v = 0; v < place.size(); ++v) {
      if (projected_[v].inverse_depth <= 0) continue;
      place[v] = {half_steps(projected_[v].x * size, size),
                  half_steps(projected_[v].y * size, size)};
    }
    // Triangles by band of rows, in their own order: the picture does not depend on threads.
    const int bands = (size + kBandRows - 1) / kBandRows;
    std::vector<std::vector<std::uint32_t>> of_band(std::size_t(bands),
                                                    std::vector<std::uint32_t>{});
    for (std::size_t t = 0; t < subject_.triangles.size(); ++t) {
      const Triangle& c = subject_.triangles[t];
      const Place& a = place[c[0]];
      const Place& b = place[c[1]];
      const Place& d = place[c[2]];
      // Many hairs are thinner than a pixel: all corners between the same centres.
      if ((a.x == b.x && a.x == d.x) || (a.y == b.y && a.y == d.y)) continue;
      if (a.x == kUnseen || b.x == kUnseen || d.x == kUnseen || faces_away(t)) continue;
      const int high_x = std::max(a.x, std::max(b.x, d.x)) >> 1;
      const int low_x = (std::min(a.x, std::min(b.x, d.x)) + 1) >> 1;
      const int high_y = std::max(a.y, std::max(b.y, d.y)) >> 1;
      const int low_y = (std::min(a.y, std::min(b.y, d.y)) + 1) >> 1;
      if (high_x < 0 || low_x >= size || high_y < 0 || low_y >= size) continue;
      const int first = std::max(low_y, 0) / kBandRows;
      const int last = std::min(high_y, size - 1) / kBandRows;
      for (int k = first; k <= last; ++k) of_band[std::size_t(k)].push_back(std::uint32_t(t));
    }
    parallel_for(bands, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const PixelRect rect{0, int(k) * kBandRows, size, std::min(size, int(k + 1) * kBandRows)};
        for (std::uint32_t t : of_band[std::size_t(k)]) draw(t, rect, grid);
      }
    });
    return grid;
  }

  // Skin is closed: its far sides are never seen.
  bool faces_away(std::size_t t) const {
    if (subject_.part[t] != Part::kSkin) return false;
    const Triangle& c = subject_.triangles[t];
    const ProjectedVertex& a = projected_[c[0]];
    const ProjectedVertex& b = projected_[c[1]];
    const ProjectedVertex& d = projected_[c[2]];
    return (b.x - a.x) * (d.y - a.y) > (d.x - a.x) * (b.y - a.y);
  }

  void draw(std::uint32_t t, const PixelRect& rect, Grid& grid) const {
    const Triangle& c = subject_.triangles[t];
    ScreenTriangle triangle;
    std::array<double, 3> q;
    for (std::size_t k = 0; k < 3; ++k) {
      const ProjectedVertex& v = projected_[c[k]];
      triangle.x[k] = v.x * grid.size;
      triangle.y[k] = v.y * grid.size;
      q[k] = v.inverse_depth;
    }
    rasterise(triangle, rect, [&](int x, int y, const std::array<double, 3>& w) {
      // 1 / depth is affine on the screen; weights in space follow by dividing by it.
      const double inverse_depth = w[0] * q[0] + w[1] * q[1] + w[2] * q[2];
      Fragment& f = grid.fragments[std::size_t(y) * grid.size + x];
      if (float(inverse_depth) <= f.inverse_depth) return;
      const double depth = 1 / inverse_depth;
      const auto b = float(w[1] * q[1] * depth);
      const auto d = float(w[2] * q[2] * depth);
      if (subject_.cut[t] != 0) {
        const SurfacePoint point = surface_point(subject_, t, {1 - b - d, b, d});
        if (!keeps_point(subject_, point.part, point.at)) return;
      }
      f = {t, float(inverse_depth), b, d};
    });
  }

  SurfacePoint point_of(const Fragment& f) const {
    SurfacePoint point =
        surface_point(subject_, f.triangle, {1 - f.weight_b - f.weight_c, f.weight_b, f.weight_c});
    const float pixel = 1 / (f.inverse_depth * float(camera_.focal_x) * float(size_));
    const Eigen::Vector3f ray = (point.at.position - eye_).normalized();
    const float facing = std::max(std::abs(ray.dot(point.at.normal)), 0.25F);
    point.footprint_cm = pixel * float(kCentimetresPerUnit) / std::sqrt(facing);
    return point;
  }

  // What lies at the pixel's centre.
  void measure(int x, int y, SubjectView& view) const {
    const int n = options_.supersampling;
    const std::size_t at = std::size_t(y) * size_ + x;
    const Fragment& middle = n % 2 == 0 ? centre_.at(x, y) : fine_.at(x * n + n / 2, y * n + n / 2);
    if (middle.triangle == kEmpty) return;
    const SurfacePoint point = point_of(middle);
    view.depth.pixels[at] = (point.at.position - eye_).norm();
    view.part[at] = point.part;
    Eigen::Vector3f normal = point.at.normal;
    if (normal.dot(point.at.position - eye_) > 0) normal *= -1;
    std::copy(normal.data(), normal.data() + 3, view.normals.at(x, y));
  }

  void resolve(int x, int y, SubjectView& view) const {
    const int n = options_.supersampling;
    const std::size_t at = std::size_t(y) * size_ + x;
    // Samples of one surface share one shading: patterns fade with the pixel's footprint anyway.
    Eigen::Vector3f sum = Eigen::Vector3f::Zero();
    int covered = 0;
    std::array<const Fragment*, 8> shaded;
    std::array<Eigen::Vector3f, 8> colours;
    std::size_t groups = 0;
    for (int row = 0; row < n; ++row) {
      const Fragment* fragments = &fine_.at(x * n, y * n + row);
      for (int column = 0; column < n; ++column) {
        const Fragment& f = fragments[column];
        if (f.triangle == kEmpty) continue;
        ++covered;
        if (!options_.colour) continue;
        std::size_t g = 0;
        while (g < groups && !same_surface(*shaded[g], f)) ++g;
        if (g == groups && groups < shaded.size()) {
          shaded[g] = &f;
          colours[g] = radiance(subject_, point_of(f), eye_, options_.specular);
          ++groups;
        }
        sum += colours[std::min(g, groups - 1)];
      }
    }
    const float alpha = float(covered) / float(n * n);
    view.alpha.pixels[at] = alpha;
    if (!options_.colour) return;
    Eigen::Vector3f rgb = Eigen::Vector3f::Zero();
    if (covered > 0) rgb = tone_map(sum / float(covered));
    if (options_.background) rgb = alpha * rgb + (1 - alpha) * *options_.background;
    std::copy(rgb.data(), rgb.data() + 3, view.rgb.at(x, y));
  }

  bool same_surface(const Fragment& a, const Fragment& b) const {
    return subject_.part[a.triangle] == subject_.part[b.triangle] &&
           std::abs(a.inverse_depth - b.inverse_depth) <
               0.012F * std::max(a.inverse_depth, b.inverse_depth);
  }

  void find_landmarks(SubjectView& view) const {
    constexpr float kTolerance = 0.015F;
    for (std::size_t i = 0; i < 68; ++i) {
      Landmark& landmark = view.landmarks[i];
      landmark.world = subject_.landmarks[i];
      const Projection p = project(camera_, landmark.world.cast<double>());
      landmark.pixel = {float(p.u * size_), float(p.v * size_)};
      if (!options_.geometry || p.depth <= 0 || p.u < 0 || p.v < 0 || p.u >= 1 || p.v >= 1)
        continue;
      const float distance = (landmark.world - eye_).norm();
      const auto x = int(landmark.pixel.x());
      const auto y = int(landmark.pixel.y());
      for (int k = 0; k < 9 && !landmark.visible; ++k) {
        const int nx = std::clamp(x + k % 3 - 1, 0, size_ - 1);
        const int ny = std::clamp(y + k / 3 - 1, 0, size_ - 1);
        landmark.visible =
            std::abs(view.depth.pixels[std::size_t(ny) * size_ + nx] - distance) < kTolerance;
      }
    }
  }

  const SubjectMesh& subject_;
  const Camera& camera_;
  int size_;
  const SubjectRenderOptions& options_;
  Eigen::Vector3f eye_;
  std::vector<ProjectedVertex> projected_;
  Grid fine_;
  Grid centre_;
};

}  // namespace

SubjectView render_subject(const SubjectMesh& subject, const Camera& camera, int size,
                           const SubjectRenderOptions& options) {
  check(size >= 1 && size <= 8192, ErrorCode::kBadUsage,
        "a view of {} pixels was asked for; sizes are 1 to 8192", size);
  check(options.supersampling >= 1 && options.supersampling <= 8, ErrorCode::kBadUsage,
        "supersampling is {}, it should be 1 to 8", options.supersampling);
  return ViewRenderer(subject, camera, size, options).render();
}

}  // namespace portrait
