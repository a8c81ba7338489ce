import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type TarEntry, writeTar } from './tar.ts';

/** A container image with one layer. */
export interface ImageSpec {
  /** Full reference, such as `localhost/sluice:dev`. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** `UID:GID`; root when absent. */
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly entries: readonly TarEntry[];
}

/** The image's configuration as JSON text. Pure: no clock, so equal layers give equal images. */
export function imageConfig(spec: ImageSpec, layerDigest: string, arch: string): string {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', ...spec.env };
  return JSON.stringify({
    architecture: arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      ...(spec.user === undefined ? {} : { User: spec.user }),
      Entrypoint: spec.entrypoint,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      WorkingDir: spec.workingDir ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  });
}

/** Writes an archive in the `docker save` layout, which containerd, Docker and kind load; answers its SHA-256. */
export function writeImage(file: string, spec: ImageSpec): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const layerFile = `${file}.layer`;
  const draft = `${file}.draft`;
  try {
    const layerDigest = writeTar(layerFile, withFolders(spec.entries));
    const config = imageConfig(spec, layerDigest, process.arch);
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    const layerName = `${layerDigest}.tar`;
    const manifest = JSON.stringify([{ Config: configName, RepoTags: [spec.name], Layers: [layerName] }]);
    const digest = writeTar(draft, [
      { path: configName, mode: 0o644, body: { kind: 'text', text: config } },
      { path: layerName, mode: 0o644, body: { kind: 'file', source: layerFile } },
      { path: 'manifest.json', mode: 0o644, body: { kind: 'text', text: manifest } },
    ]);
    renameSync(draft, file);
    return digest;
  } finally {
    rmSync(layerFile, { force: true });
    rmSync(draft, { force: true });
  }
}

/** Adds the folders that members lie in, once each, and keeps the first of two members at one path. Pure. */
export function withFolders(entries: readonly TarEntry[]): TarEntry[] {
  const all = new Map<string, TarEntry>();
  for (const entry of entries) if (!all.has(entry.path)) all.set(entry.path, entry);
  for (const { path: member } of entries) {
    for (let at = member.indexOf('/'); at > 0; at = member.indexOf('/', at + 1)) {
      const folder = member.slice(0, at);
      if (!all.has(folder)) all.set(folder, { path: folder, mode: 0o755, body: { kind: 'folder' } });
    }
  }
  return [...all.values()];
}
