// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/paint_tools.h"

#include "ui/theme.h"

#include <algorithm>
#include <vector>

namespace portrait {

void set_common(ShaderProgram& program, const PaintTarget& target) {
  program.use();
  program.set("target_size", glm::vec2(target.width, target.height));
  program.set("top_row_first", target.top_row_first ? 1 : 0);
  program.set("frame", glm::vec4(target.frame.x(), target.frame.y(), target.frame.width(),
                                 target.frame.height()));
  program.set("backdrop_centre", to_glm(theme().backdrop_centre));
  program.set("backdrop_edge", to_glm(theme().backdrop_edge));
}

void bind(Gl* gl, int unit, GLenum kind, GLuint texture) {
  gl->glActiveTexture(GLenum(GL_TEXTURE0 + unit));
  gl->glBindTexture(kind, texture);
  gl->glActiveTexture(GL_TEXTURE0);
}

GlTexture picture_texture(Gl* gl, const Image& image, const Image* alpha) {
  std::vector<std::uint8_t> bytes(std::size_t(image.width) * image.height * 4);
  auto to_byte = [](float v) { return std::uint8_t(std::clamp(v, 0.0F, 1.0F) * 255.0F + 0.5F); };
  for (std::size_t i = 0; i < bytes.size() / 4; ++i) {
    const float* pixel = image.pixels.data() + i * image.channels;
    for (int c = 0; c < 3; ++c) bytes[4 * i + c] = to_byte(pixel[image.channels >= 3 ? c : 0]);
    float a = image.channels == 4 ? pixel[3] : 1.0F;
    if (alpha != nullptr) a = alpha->pixels[i];
    bytes[4 * i + 3] = to_byte(a);
  }
  GlTexture texture = make_texture(gl);
  gl->glBindTexture(GL_TEXTURE_2D, texture.id());
  gl->glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, image.width, image.height, 0, GL_RGBA,
                   GL_UNSIGNED_BYTE, bytes.data());
  gl->glGenerateMipmap(GL_TEXTURE_2D);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return texture;
}

void blend_straight(Gl* gl) {
  gl->glEnable(GL_BLEND);
  gl->glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

void blend_premultiplied(Gl* gl) {
  gl->glEnable(GL_BLEND);
  gl->glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

}  // namespace portrait
