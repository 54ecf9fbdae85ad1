// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/charts.h"

#include "core/base/error.h"
#include "core/mesh/chart_cutting.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_sides.h"
#include "core/mesh/relaxation.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace portrait {
namespace {

constexpr float kFaceWeight = 0.3F;  // from this weight on a triangle is in the face's chart
constexpr float kShrinkBy = 0.15F;
constexpr double kIslandShare = 0.01;    // smaller pieces outside the face's chart join it
constexpr double kReachOfHandle = 0.6;   // in lengths of its loop
constexpr double kCurlsUp = 0.3;         // mean normals shorter than this mean a piece that closes
constexpr double kWorthMeasuring = 0.1;  // share of the triangles up to which maps are tried anyway

constexpr int kFlipsWorthTurning = 20;
constexpr std::size_t kSmall = 64;         // charts with so many triangles may join another
constexpr std::size_t kMostMerged = 1000;  // that has at most so many
constexpr int kTrims = 20;                 // rounds of taking bad triangles out of a chart
constexpr double kMostTrimmed = 0.05;      // of a chart's triangles that may go

struct Piece {
  std::vector<std::uint32_t> triangles;
  bool face = false;
  float least_weight = kFaceWeight;  // that its triangles have, in the face
};

double signed_area(const FlatMap& map, const std::vector<std::uint32_t>& border) {
  double twice = 0;
  for (std::size_t i = 0; i < border.size(); ++i) {
    const Eigen::Vector2d& a = map[border[i]];
    const Eigen::Vector2d& b = map[border[(i + 1) % border.size()]];
    twice += a.x() * b.y() - a.y() * b.x();
  }
  return twice / 2;
}

class ChartCutter {
 public:
  ChartCutter(const TriangleMesh& mesh, const ChartOptions& options)
      : mesh_(mesh), options_(options), surface_(mesh), cut_(mesh.triangles.size() * 3, 0) {}

  std::vector<Chart> run() {
    split_face_off();
    std::vector<Chart> charts;
    while (!pending_.empty()) {
      Piece piece = std::move(pending_.back());
      pending_.pop_back();
      if (auto chart = try_piece(piece)) charts.push_back(std::move(*chart));
    }
    merge_small(charts);
    return charts;
  }

 private:
  // Handles and trimming leave crumbs: small charts join a neighbour where the two lie flat as one.
  void merge_small(std::vector<Chart>& charts) {
    std::vector<std::size_t> owner(mesh_.triangles.size());
    for (std::size_t c = 0; c < charts.size(); ++c) {
      for (const std::uint32_t t : charts[c].mesh.mesh_triangles) owner[t] = c;
    }
    for (std::size_t c = 0; c < charts.size(); ++c) {
      const std::vector<std::uint32_t> own = charts[c].mesh.mesh_triangles;
      if (own.size() > kSmall || charts[c].face) continue;
      std::map<std::size_t, int> shared;  // sides, per neighbour
      for (const std::uint32_t t : own) {
        for (std::uint32_t i = 0; i < 3; ++i) {
          const std::uint32_t other = surface_.opposite()[3 * t + i];
          if (other != kNoSide && owner[other / 3] != c) ++shared[owner[other / 3]];
        }
      }
      std::vector<std::pair<int, std::size_t>> order;
      for (const auto& [neighbour, sides] : shared) order.emplace_back(-sides, neighbour);
      std::sort(order.begin(), order.end());
      for (const auto& [sides, neighbour] : order) {
        std::vector<std::uint32_t> both = charts[neighbour].mesh.mesh_triangles;
        if (both.size() > kMostMerged || charts[neighbour].face) continue;
        both.insert(both.end(), own.begin(), own.end());
        std::sort(both.begin(), both.end());
        auto merged = try_merged(both);
        if (!merged) continue;
        charts[neighbour] = std::move(*merged);
        charts[c].mesh.mesh_triangles.clear();
        for (const std::uint32_t t : own) owner[t] = neighbour;
        break;
      }
    }
    std::erase_if(charts, [](const Chart& chart) { return chart.mesh.mesh_triangles.empty(); });
  }

  std::optional<Chart> try_merged(const std::vector<std::uint32_t>& triangles) {
    Chart chart{put_together({triangles, false}), {}, {}, false};
    if (chart.mesh.borders.empty() || chart.mesh.handles() > 0) return std::nullopt;
    if (!lay_flat(chart) || !cut_holes(chart)) return std::nullopt;
    return chart;
  }

  void add_pieces(const std::vector<std::uint32_t>& triangles, bool face) {
    for (auto& piece : surface_.pieces(triangles)) pending_.push_back({std::move(piece), face});
  }

  void split_face_off() {
    std::vector<std::uint32_t> face;
    for (std::uint32_t t = 0; t < mesh_.triangles.size(); ++t) {
      if (face_weight(surface_.centre(t)) >= kFaceWeight) face.push_back(t);
    }
    std::vector<std::uint8_t> in_face(mesh_.triangles.size(), 0);
    if (!face.empty()) {
      const auto parts = surface_.pieces(face);
      for (const std::uint32_t t : parts.front()) in_face[t] = 1;
    }
    const auto members = [&](std::uint8_t which) {
      std::vector<std::uint32_t> chosen;
      for (std::uint32_t t = 0; t < in_face.size(); ++t) {
        if (in_face[t] == which) chosen.push_back(t);
      }
      return chosen;
    };
    if (!face.empty()) {
      for (const auto& piece : surface_.pieces(members(0))) {
        if (double(piece.size()) > kIslandShare * double(mesh_.triangles.size())) continue;
        for (const std::uint32_t t : piece) in_face[t] = 1;
      }
    }
    add_pieces(members(0), false);
    add_pieces(members(1), true);
  }

  void halve(const Piece& piece) {
    for (const auto& half : surface_.bisect(piece.triangles)) add_pieces(half, piece.face);
  }

  // A big piece whose normals point everywhere is not worth laying flat.
  bool curls_up(const Piece& piece) const {
    const double share = double(piece.triangles.size()) / double(mesh_.triangles.size());
    if (share < kWorthMeasuring) return false;
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    double area = 0;
    for (const std::uint32_t t : piece.triangles) {
      const auto& [a, b, c] = mesh_.triangles[t];
      const Eigen::Vector3d normal = (mesh_.positions[b] - mesh_.positions[a])
                                         .cross(mesh_.positions[c] - mesh_.positions[a])
                                         .cast<double>();
      sum += normal;
      area += normal.norm();
    }
    return sum.norm() < kCurlsUp * area;
  }

  ChartMesh put_together(const Piece& piece) const {
    return make_chart_mesh(mesh_, surface_.opposite(), cut_, piece.triangles);
  }

  // The finished chart, or none when the piece went back to the pending ones in parts.
  std::optional<Chart> try_piece(const Piece& piece) {
    if (curls_up(piece)) {
      halve(piece);
      return std::nullopt;
    }
    Chart chart{put_together(piece), {}, {}, piece.face};
    if (chart.mesh.borders.empty()) {
      halve(piece);
      return std::nullopt;
    }
    if (chart.mesh.handles() > 0) {
      take_handle_out(piece, chart.mesh);
      return std::nullopt;
    }
    if ((lay_flat(chart) || trim(chart)) && cut_holes(chart)) return chart;
    if (piece.face && shrink_face(piece)) return std::nullopt;
    check(piece.triangles.size() > 1, ErrorCode::kInternal, "A single triangle does not lie flat");
    halve(piece);
    return std::nullopt;
  }

  // Where the face does not lie flat as a whole, the fault is mostly near its rim (ears, hair):
  // a smaller one is tried before it is halved.
  bool shrink_face(const Piece& piece) {
    std::vector<std::uint32_t> core;
    std::vector<std::uint32_t> rim;
    const float weight = piece.least_weight + kShrinkBy;
    if (weight >= 1) return false;
    for (const std::uint32_t t : piece.triangles) {
      (face_weight(surface_.centre(t)) >= weight ? core : rim).push_back(t);
    }
    const auto parts = surface_.pieces(core);
    if (parts.empty()) return false;
    for (std::size_t p = 1; p < parts.size(); ++p) {
      rim.insert(rim.end(), parts[p].begin(), parts[p].end());
    }
    std::sort(rim.begin(), rim.end());
    for (const auto& part : surface_.pieces(rim)) give_away(part);
    pending_.push_back({parts.front(), true, weight});
    return true;
  }

  // Where only a few triangles are in the way of a good map, they leave the chart instead of its
  // being halved: those that are flipped, and those where the border runs across itself. The
  // others keep their places, so nothing need be solved again. Returns whether it worked.
  bool trim(Chart& chart) {
    if (!within_limits(chart)) return false;
    Chart rest = chart;
    std::vector<std::uint32_t> trimmed;
    for (int round = 0; round < kTrims && !good_enough(rest); ++round) {
      const auto [kept, bad] = sort_out(rest);
      auto parts = surface_.pieces(kept);
      if (parts.empty()) return false;
      trimmed.insert(trimmed.end(), bad.begin(), bad.end());
      for (std::size_t p = 1; p < parts.size(); ++p) {
        trimmed.insert(trimmed.end(), parts[p].begin(), parts[p].end());
      }
      if (double(trimmed.size()) > kMostTrimmed * double(chart.mesh.triangles.size())) return false;
      rest = restrict_to(rest, parts.front());
      if (rest.mesh.handles() > 0 || !holes_wind_inward(rest)) return false;
      rest.quality = judge_map(rest.mesh, rest.map);
    }
    if (!good_enough(rest)) return false;
    chart = std::move(rest);
    std::sort(trimmed.begin(), trimmed.end());
    for (const auto& part : surface_.pieces(trimmed)) give_away(part);
    return true;
  }

  // Triangles of the mesh that can stay, and those that cannot.
  static std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> sort_out(
      const Chart& chart) {
    std::vector<std::uint8_t> in_the_way(chart.map.size(), 0);
    for (const std::uint32_t v : border_crossings(chart.mesh, chart.map)) in_the_way[v] = 1;
    // What a flipped triangle lies on goes with it, or its hole would be inside out.
    for (std::size_t t = 0; t < chart.mesh.triangles.size(); ++t) {
      if (derivative(chart.mesh, chart.map, t).determinant() > 0) continue;
      for (const std::uint32_t v : chart.mesh.triangles[t]) in_the_way[v] = 1;
    }
    std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> result;
    for (std::size_t t = 0; t < chart.mesh.triangles.size(); ++t) {
      const auto& corners = chart.mesh.triangles[t];
      const bool bad = std::any_of(corners.begin(), corners.end(),
                                   [&](std::uint32_t v) { return in_the_way[v] != 0; });
      (bad ? result.second : result.first).push_back(chart.mesh.mesh_triangles[t]);
    }
    return result;
  }

  // A hole that winds as the outer border does would hide an overlap.
  static bool holes_wind_inward(const Chart& chart) {
    const auto& borders = chart.mesh.borders;
    return std::count_if(borders.begin(), borders.end(), [&](const auto& border) {
             return signed_area(chart.map, border) > 0;
           }) == 1;
  }

  // Holes are laid flat closed round, so that their cuts cannot gape or overlap; then cut open.
  bool cut_holes(Chart& chart) {
    if (chart.mesh.is_disk()) return true;
    if (!holes_wind_inward(chart)) return false;
    cut_holes_open(mesh_, surface_.opposite(), chart.mesh, cut_);
    chart = restrict_to(chart, chart.mesh.mesh_triangles);
    chart.quality = judge_map(chart.mesh, chart.map);
    if (chart.mesh.is_disk()) return true;
    for (const std::uint32_t t : chart.mesh.mesh_triangles) {
      for (std::uint32_t i = 0; i < 3; ++i) cut_[3 * t + i] = 0;
    }
    return false;
  }

  // A part of a chart with its places.
  Chart restrict_to(const Chart& chart, const std::vector<std::uint32_t>& triangles) {
    std::vector<std::uint32_t> row(mesh_.triangles.size());
    for (std::uint32_t t = 0; t < chart.mesh.triangles.size(); ++t) {
      row[chart.mesh.mesh_triangles[t]] = t;
    }
    const auto place_vertices = [&](Chart& part) {
      part.map.resize(part.mesh.mesh_vertices.size());
      for (std::size_t t = 0; t < part.mesh.triangles.size(); ++t) {
        const auto& before = chart.mesh.triangles[row[part.mesh.mesh_triangles[t]]];
        for (int i = 0; i < 3; ++i) part.map[part.mesh.triangles[t][i]] = chart.map[before[i]];
      }
    };
    Chart part{put_together({triangles, chart.face}), {}, {}, chart.face};
    place_vertices(part);
    return part;
  }

  // To a pending piece next to it, or else to the pending ones by itself.
  void give_away(const std::vector<std::uint32_t>& triangles) {
    std::vector<std::int32_t> owner(mesh_.triangles.size(), -1);
    for (std::size_t p = 0; p < pending_.size(); ++p) {
      for (const std::uint32_t t : pending_[p].triangles) owner[t] = std::int32_t(p);
    }
    for (const std::uint32_t t : triangles) {
      for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t other = surface_.opposite()[3 * t + i];
        if (other == kNoSide || owner[other / 3] < 0) continue;
        auto& taker = pending_[owner[other / 3]].triangles;
        taker.insert(taker.end(), triangles.begin(), triangles.end());
        std::sort(taker.begin(), taker.end());
        return;
      }
    }
    pending_.push_back({triangles, false});
  }

  void take_handle_out(const Piece& piece, const ChartMesh& chart) {
    const HandleLoop loop = find_handle_loop(mesh_, chart);
    const auto parts =
        surface_.surround(piece.triangles, loop.mesh_triangles, kReachOfHandle * loop.length);
    // Where the handle is most of the piece, halves do as well.
    if (parts[0].empty() || parts[1].empty() || parts[0].size() > parts[1].size()) {
      halve(piece);
      return;
    }
    add_pieces(parts[0], false);
    add_pieces(parts[1], piece.face);
  }

  bool lay_flat(Chart& chart) const {
    chart.map = conformal_map(mesh_, chart.mesh);
    RelaxationOptions relaxation;
    relax_map(chart.mesh, chart.map, relaxation);
    if (flipped_triangles(chart.mesh, chart.map) > kFlipsWorthTurning) {
      chart.map = convex_map(mesh_, chart.mesh);
      relaxation.iterations *= 2;
      relax_map(chart.mesh, chart.map, relaxation);
    }
    chart.quality = judge_map(chart.mesh, chart.map);
    return good_enough(chart);
  }

  bool within_limits(const Chart& chart) const {
    const ChartQuality& q = chart.quality;
    const double leniency = chart.face ? options_.face_leniency : 1.0;
    return q.median_stretch <= options_.median_stretch * leniency &&
           q.high_stretch <= options_.high_stretch * leniency &&
           q.area_spread <= options_.area_spread * leniency;
  }

  bool good_enough(const Chart& chart) const {
    return chart.quality.flipped == 0 && chart.quality.crossings == 0 && within_limits(chart);
  }

  const TriangleMesh& mesh_;
  ChartOptions options_;
  CuttableSurface surface_;
  std::vector<std::uint8_t> cut_;
  std::vector<Piece> pending_;
};

}  // namespace

std::vector<Chart> cut_into_charts(const TriangleMesh& mesh, const ChartOptions& options) {
  check(!mesh.empty(), ErrorCode::kBadInput, "An empty mesh cannot be cut into charts");
  return ChartCutter(mesh, options).run();
}

}  // namespace portrait
