#version 330 core
// SPDX-License-Identifier: Apache-2.0
// Ray-marches the baked radiance volume, front to back, premultiplied. A texel's alpha is the
// opacity of one voxel's length, so a step of s voxels has opacity 1 - (1 - alpha)^s.
out vec4 colour;

uniform sampler3D volume;     // rgb not premultiplied, a = 1 - exp(-density * voxel)
uniform sampler3D occupancy;  // one texel for each cell of cell_voxels^3: 0 = nothing in it
uniform vec3 box_low;         // world
uniform vec3 box_size;
uniform vec3 samples;         // texels of the volume
uniform float voxel;          // world
uniform mat3 world_from_camera;
uniform vec3 eye;
uniform vec2 focal;           // in frame sides
uniform vec2 centre;
uniform float step_voxels;
uniform int mode;             // DisplayMode: 0 colour, 2 normals, 3 depth, 4 opacity, 5 seen
uniform vec2 depth_range;     // distances shown as white and black
uniform vec3 seen_colour;     // mode 5: what the photo shows
uniform vec3 invented_colour;  // and what it does not

// Neural frames from round the head, projected onto it. Their alpha is the distance of what they
// see: 0 = nothing, else range.x to range.y.
struct View {
  mat3 camera_from_world;
  vec3 eye;
  vec2 focal;
  vec2 centre;
  vec2 range;
  float layer;
  float weight;  // by the angle between its camera and this one
};
const int kMostViews = 4;
uniform sampler2DArray frames;
uniform View views[kMostViews];
uniform int view_count;
uniform float frames_lod;

const float cell_voxels = 8.0;
const float nearly_opaque = 0.995;
const float edge_texels = 2.0;
const vec2 jumps = vec2(0.01, 0.03);  // world, within edge_texels: of a slope, and of an edge
const vec2 nearby = vec2(0.014, 0.034);  // world: distances that are the same, and that are not

// Towards thinner matter, by central differences one voxel apart.
vec3 outward_normal(vec3 at) {
  vec3 d = 1.0 / samples;
  vec3 slope = vec3(texture(volume, at + vec3(d.x, 0, 0)).a - texture(volume, at - vec3(d.x, 0, 0)).a,
                    texture(volume, at + vec3(0, d.y, 0)).a - texture(volume, at - vec3(0, d.y, 0)).a,
                    texture(volume, at + vec3(0, 0, d.z)).a - texture(volume, at - vec3(0, 0, d.z)).a);
  return -slope;
}

// How much of the surface at `point` a view shows, 0 to 1, and its texel there. A point counts as
// seen when the view's own surface is as far away as it is; the tolerance is that of the distance
// kept in a byte and of a surface that is not quite sharp.
float seen_by(int v, vec3 point, out vec4 texel, out vec2 uv) {
  vec3 way = point - views[v].eye;
  vec3 p = views[v].camera_from_world * way;
  uv = views[v].focal * p.xy / p.z + views[v].centre;
  texel = vec4(0.0);
  if (p.z <= 0.0 || any(lessThan(uv, vec2(0.004))) || any(greaterThan(uv, vec2(0.996)))) return 0.0;
  texel = textureLod(frames, vec3(uv, views[v].layer), frames_lod);
  if (texel.a < 0.5 / 255.0) return 0.0;
  float there = mix(views[v].range.x, views[v].range.y, (texel.a * 255.0 - 1.0) / 254.0);
  return 1.0 - smoothstep(nearby.x, nearby.y, abs(length(way) - there));
}

// 0 at an edge of a view, where what lies before and what lies behind it are mixed in its texels,
// to 1 a few texels away from it. `there`: the kept distance at uv.
float away_from_edges(int v, vec2 uv, float there) {
  vec2 texel_size = exp2(frames_lod) / vec2(textureSize(frames, 0).xy);
  float span = views[v].range.y - views[v].range.x;
  float trust = 0.0;
  for (int ring = 1; ring <= 2; ++ring) {
    float jump = 0.0;
    for (int i = 0; i < 4; ++i) {
      vec2 to = i < 2 ? vec2(1 - 2 * i, 0) : vec2(0, 5 - 2 * i);
      float kept = textureLod(frames, vec3(uv + edge_texels * ring * to * texel_size,
                                           views[v].layer), frames_lod).a;
      jump = max(jump, abs(kept - there) * span);
    }
    trust += 1.0 - smoothstep(jumps.x * ring, jumps.y * ring, jump);
  }
  return trust / 2.0;
}

// The colour that the frames give the surface at a point, and in alpha how much of it they know.
vec4 projected(vec3 point, vec3 normal) {
  vec3 sum = vec3(0.0);
  float weights = 0.0;
  float seen = 0.0;
  for (int v = 0; v < view_count; ++v) {
    vec4 texel;
    vec2 uv;
    float weight = views[v].weight * seen_by(v, point, texel, uv);
    if (weight <= 0.0) continue;
    weight *= away_from_edges(v, uv, texel.a);
    // A view that sees the surface from its front has more of its detail than one at a slant, and
    // one that only grazes it has none.
    float facing = max(dot(normal, normalize(views[v].eye - point)), 0.02);
    seen += weight * smoothstep(0.08, 0.36, facing);
    weight *= facing * facing;
    sum += weight * texel.rgb;
    weights += weight;
  }
  return vec4(sum / max(weights, 1e-6), smoothstep(0.0, 0.4, seen));
}

void main() {
  vec2 pixel = picture_position();
  vec2 uv = (pixel - frame.xy) / frame.zw;
  vec3 direction = normalize(world_from_camera * vec3((uv - centre) / focal, 1.0));

  vec3 inverse = 1.0 / direction;
  vec3 a = (box_low - eye) * inverse;
  vec3 b = (box_low + box_size - eye) * inverse;
  vec3 lows = min(a, b);
  vec3 highs = max(a, b);
  float enter = max(max(lows.x, lows.y), max(lows.z, 0.0));
  float leave = min(min(highs.x, highs.y), highs.z);
  if (enter >= leave) discard;

  // In voxels from here on: position = start + along * t, t in voxels.
  vec3 start = (eye + direction * enter - box_low) / voxel;
  float length_voxels = (leave - enter) / voxel;
  vec3 along = direction;
  vec3 along_inverse = inverse;
  float t = step_voxels * pixel_noise(pixel);

  vec3 sum = vec3(0.0);
  vec3 normal_sum = vec3(0.0);
  float depth_sum = 0.0;
  float opacity = 0.0;
  float surface = -1.0;  // where half of what is seen lies before it, in voxels along the ray
  for (int i = 0; i < 4096 && t < length_voxels; ++i) {
    vec3 at = start + along * t;
    ivec3 cell = ivec3(at / cell_voxels);
    if (texelFetch(occupancy, cell, 0).r == 0.0) {
      // The filter reaches half a voxel into an empty cell; beyond that it is skipped whole.
      vec3 low = (vec3(cell) * cell_voxels + 0.5 - start) * along_inverse;
      vec3 high = (vec3(cell + 1) * cell_voxels - 0.5 - start) * along_inverse;
      vec3 far = max(low, high);
      float out_of_cell = min(min(far.x, far.y), far.z);
      if (out_of_cell > t) {
        t += step_voxels * ceil((out_of_cell - t) / step_voxels);
        continue;
      }
    }
    vec4 matter = texture(volume, at / samples);
    if (matter.a > 0.002) {
      float alpha = 1.0 - pow(1.0 - min(matter.a, 0.9999), step_voxels);
      float weight = (1.0 - opacity) * alpha;
      sum += weight * matter.rgb;
      depth_sum += weight * (enter + t * voxel);
      if (mode == 2 && weight > 0.01) normal_sum += weight * outward_normal(at / samples);
      // The step reaches half a step to both sides of its sample; in it, light falls off evenly.
      if (opacity < 0.5 && opacity + weight >= 0.5) {
        surface = t + step_voxels * (log(2.0 * (1.0 - opacity)) / -log(1.0 - alpha) - 0.5);
      }
      opacity += weight;
      if (opacity > nearly_opaque) break;
    }
    t += step_voxels;
  }
  if (opacity < 0.002) discard;

  if (view_count > 0 && surface >= 0.0) {
    vec3 at = start + along * surface;
    vec3 point = box_low + at * voxel;
    vec3 normal = outward_normal(at / samples);
    normal = length(normal) > 1e-5 ? normalize(normal) : -direction;
    if (mode == 0) {
      vec4 detail = projected(point, normal);
      sum = mix(sum, opacity * detail.rgb, detail.a);
    } else if (mode == 5) {
      vec4 photo;
      vec2 uv_there;
      float seen = seen_by(0, point, photo, uv_there);
      // Seen at a slant is hardly seen.
      seen *= smoothstep(0.05, 0.35, dot(normal, normalize(views[0].eye - point)));
      float light = 0.30 + 0.70 * pow(max(dot(normal, -direction), 0.0), 0.8);
      // Tinted plaster: the form is to be read too.
      vec3 tint = mix(vec3(0.68), mix(invented_colour, seen_colour, seen), 0.62);
      sum = opacity * light * tint;
    }
  } else if (mode == 5) {
    sum = vec3(0.45 * opacity);
  }
  if (mode == 2) {
    vec3 n = normal_sum * world_from_camera;  // = transpose(world_from_camera) * normal
    n = length(n) > 1e-6 ? normalize(n) : vec3(0.0, 0.0, -1.0);
    // Shown as in the method: x right, y up, z towards the viewer.
    sum = opacity * (0.5 + 0.5 * vec3(n.x, -n.y, -n.z));
  } else if (mode == 3) {
    float depth = depth_sum / opacity;
    sum = opacity * vec3(1.0 - clamp((depth - depth_range.x) / (depth_range.y - depth_range.x), 0.0, 1.0));
  } else if (mode == 4) {
    sum = vec3(opacity);
  }
  colour = vec4(sum, opacity);
}
