// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QOpenGLFunctions_3_3_Core>
#include <QString>

#include <glm/mat3x3.hpp>
#include <glm/vec2.hpp>
#include <glm/vec3.hpp>
#include <glm/vec4.hpp>

#include <string>
#include <unordered_map>
#include <utility>

namespace portrait {

// Core profile 3.3, resolved by Qt for one context. Objects below are made, used and destroyed
// while that context is current.
using Gl = QOpenGLFunctions_3_3_Core;

// A move-only owner of one OpenGL name.
template <void (*kDelete)(Gl*, GLuint)>
class GlObject {
 public:
  GlObject() = default;
  GlObject(Gl* gl, GLuint id) : gl_(gl), id_(id) {}
  ~GlObject() { reset(); }
  GlObject(GlObject&& other) noexcept
      : gl_(std::exchange(other.gl_, nullptr)), id_(std::exchange(other.id_, 0)) {}
  GlObject& operator=(GlObject&& other) noexcept {
    if (this != &other) {
      reset();
      gl_ = std::exchange(other.gl_, nullptr);
      id_ = std::exchange(other.id_, 0);
    }
    return *this;
  }
  GlObject(const GlObject&) = delete;
  GlObject& operator=(const GlObject&) = delete;

  GLuint id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }
  void reset() {
    if (id_ != 0) kDelete(gl_, id_);
    id_ = 0;
  }

 private:
  Gl* gl_ = nullptr;
  GLuint id_ = 0;
};

namespace detail {
inline void delete_texture(Gl* gl, GLuint id) { gl->glDeleteTextures(1, &id); }
inline void delete_framebuffer(Gl* gl, GLuint id) { gl->glDeleteFramebuffers(1, &id); }
inline void delete_vertex_array(Gl* gl, GLuint id) { gl->glDeleteVertexArrays(1, &id); }
inline void delete_buffer(Gl* gl, GLuint id) { gl->glDeleteBuffers(1, &id); }
inline void delete_renderbuffer(Gl* gl, GLuint id) { gl->glDeleteRenderbuffers(1, &id); }
inline void delete_program(Gl* gl, GLuint id) { gl->glDeleteProgram(id); }
}  // namespace detail

using GlTexture = GlObject<detail::delete_texture>;
using GlFramebuffer = GlObject<detail::delete_framebuffer>;
using GlVertexArray = GlObject<detail::delete_vertex_array>;
using GlBuffer = GlObject<detail::delete_buffer>;
using GlRenderbuffer = GlObject<detail::delete_renderbuffer>;
using GlProgram = GlObject<detail::delete_program>;

GlTexture make_texture(Gl* gl);
GlFramebuffer make_framebuffer(Gl* gl);
GlVertexArray make_vertex_array(Gl* gl);
GlBuffer make_buffer(Gl* gl);

// A colour target of its own size: RGBA8, linear filter, clamped; with a depth buffer if asked for.
class RenderTarget {
 public:
  // Makes it anew only when the size differs. Leaves the framebuffer bound.
  void bind(Gl* gl, int width, int height, bool with_depth = false);
  GLuint texture() const { return colour_.id(); }
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  GlTexture colour_;
  GlFramebuffer framebuffer_;
  GlRenderbuffer depth_;
  int width_ = 0;
  int height_ = 0;
};

// One program of shaders/NAME.vert and shaders/NAME.frag. Throws kInternal with the compiler's
// message: shaders are part of the program, so a failure is a bug or a driver's.
class ShaderProgram {
 public:
  ShaderProgram(Gl* gl, const QString& vertex_name, const QString& fragment_name);

  void use() { gl_->glUseProgram(program_.id()); }
  void set(const char* name, int value) { gl_->glUniform1i(location(name), value); }
  void set(const char* name, float value) { gl_->glUniform1f(location(name), value); }
  void set(const char* name, const glm::vec2& v) { gl_->glUniform2f(location(name), v.x, v.y); }
  void set(const char* name, const glm::vec3& v) {
    gl_->glUniform3f(location(name), v.x, v.y, v.z);
  }
  void set(const char* name, const glm::vec4& v) {
    gl_->glUniform4f(location(name), v.x, v.y, v.z, v.w);
  }
  void set(const char* name, const glm::mat3& m) {
    gl_->glUniformMatrix3fv(location(name), 1, GL_FALSE, &m[0][0]);
  }

 private:
  GLint location(const char* name);

  Gl* gl_;
  GlProgram program_;
  std::unordered_map<std::string, GLint> locations_;
};

// Draws one triangle that covers the viewport; the vertex shader makes it from gl_VertexID.
class FullscreenTriangle {
 public:
  void draw(Gl* gl);

 private:
  GlVertexArray vertex_array_;
};

}  // namespace portrait
