// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/gl_objects.h"

#include "core/base/error.h"

#include <QFile>

namespace portrait {
namespace {

QByteArray shader_source(const QString& name) {
  QFile file(":/shaders/" + name);
  check(file.open(QIODevice::ReadOnly), ErrorCode::kInternal,
        "shader '{}' is not in the program's resources", name.toStdString());
  return file.readAll();
}

void compile(Gl* gl, GLuint program, GLenum kind, const QString& name) {
  QByteArray source = shader_source(name);
  if (kind == GL_FRAGMENT_SHADER) {
    // What the fragment shaders share comes after their first line, which must be #version.
    source.insert(source.indexOf('\n') + 1, shader_source("common.glsl"));
  }
  const char* text = source.constData();
  const GLuint shader = gl->glCreateShader(kind);
  gl->glShaderSource(shader, 1, &text, nullptr);
  gl->glCompileShader(shader);
  GLint ok = 0;
  gl->glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
  char log[2048] = {};
  if (ok == 0) gl->glGetShaderInfoLog(shader, sizeof log - 1, nullptr, log);
  gl->glAttachShader(program, shader);
  gl->glDeleteShader(shader);  // lives on as long as the program
  check(ok != 0, ErrorCode::kInternal, "shader '{}' does not compile: {}", name.toStdString(),
        log);
}

}  // namespace

GlTexture make_texture(Gl* gl) {
  GLuint id = 0;
  gl->glGenTextures(1, &id);
  return {gl, id};
}

GlFramebuffer make_framebuffer(Gl* gl) {
  GLuint id = 0;
  gl->glGenFramebuffers(1, &id);
  return {gl, id};
}

GlVertexArray make_vertex_array(Gl* gl) {
  GLuint id = 0;
  gl->glGenVertexArrays(1, &id);
  return {gl, id};
}

GlBuffer make_buffer(Gl* gl) {
  GLuint id = 0;
  gl->glGenBuffers(1, &id);
  return {gl, id};
}

void RenderTarget::bind(Gl* gl, int width, int height, bool with_depth) {
  if (!colour_ || width != width_ || height != height_ || with_depth != bool(depth_)) {
    width_ = width;
    height_ = height;
    colour_ = make_texture(gl);
    gl->glBindTexture(GL_TEXTURE_2D, colour_.id());
    gl->glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                     nullptr);
    for (auto key : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER}) {
      gl->glTexParameteri(GL_TEXTURE_2D, key, GL_LINEAR);
    }
    for (auto key : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T}) {
      gl->glTexParameteri(GL_TEXTURE_2D, key, GL_CLAMP_TO_EDGE);
    }
    framebuffer_ = make_framebuffer(gl);
    gl->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.id());
    gl->glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, colour_.id(),
                               0);
    depth_.reset();
    if (with_depth) {
      GLuint id = 0;
      gl->glGenRenderbuffers(1, &id);
      depth_ = {gl, id};
      gl->glBindRenderbuffer(GL_RENDERBUFFER, id);
      gl->glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH_COMPONENT24, width, height);
      gl->glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, id);
    }
    const GLenum status = gl->glCheckFramebufferStatus(GL_FRAMEBUFFER);
    check(status == GL_FRAMEBUFFER_COMPLETE, ErrorCode::kInternal,
          "OpenGL refuses a {} x {} render target (status {:#x})", width, height, status);
  }
  gl->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.id());
  gl->glViewport(0, 0, width, height);
}

ShaderProgram::ShaderProgram(Gl* gl, const QString& vertex_name, const QString& fragment_name)
    : gl_(gl), program_(gl, gl->glCreateProgram()) {
  compile(gl, program_.id(), GL_VERTEX_SHADER, vertex_name + ".vert");
  compile(gl, program_.id(), GL_FRAGMENT_SHADER, fragment_name + ".frag");
  gl->glLinkProgram(program_.id());
  GLint ok = 0;
  gl->glGetProgramiv(program_.id(), GL_LINK_STATUS, &ok);
  char log[2048] = {};
  if (ok == 0) gl->glGetProgramInfoLog(program_.id(), sizeof log - 1, nullptr, log);
  check(ok != 0, ErrorCode::kInternal, "shaders '{}' and '{}' do not link: {}",
        vertex_name.toStdString(), fragment_name.toStdString(), log);
}

GLint ShaderProgram::location(const char* name) {
  const auto found = locations_.find(name);
  if (found != locations_.end()) return found->second;
  const GLint where = gl_->glGetUniformLocation(program_.id(), name);
  locations_.emplace(name, where);
  return where;
}

void FullscreenTriangle::draw(Gl* gl) {
  if (!vertex_array_) vertex_array_ = make_vertex_array(gl);
  gl->glBindVertexArray(vertex_array_.id());
  gl->glDrawArrays(GL_TRIANGLES, 0, 3);
  gl->glBindVertexArray(0);
}

}  // namespace portrait
