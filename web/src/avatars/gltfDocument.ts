/** What this page reads of a glTF document itself; the rest is the loader's business. */
export interface GltfDocument {
  readonly nodes?: readonly GltfNode[];
  readonly skins?: readonly { readonly joints?: readonly number[] }[];
  readonly accessors?: readonly { readonly count?: number }[];
  readonly bufferViews?: readonly { readonly byteOffset?: number; readonly byteLength?: number }[];
  readonly buffers?: readonly { readonly uri?: string }[];
  readonly images?: readonly { readonly uri?: string; readonly bufferView?: number }[];
  readonly extensionsRequired?: readonly string[];
  readonly extensions?: {
    readonly VRM?: { readonly humanoid?: { readonly humanBones?: readonly Vrm0Bone[] } };
    readonly VRMC_vrm?: { readonly humanoid?: { readonly humanBones?: Vrm1Bones } };
  };
}

export interface GltfNode {
  readonly name?: string;
  readonly mesh?: number;
  readonly children?: readonly number[];
}

export interface Vrm0Bone {
  readonly bone?: string;
  readonly node?: number;
}

export type Vrm1Bones = Readonly<Record<string, { readonly node?: number } | undefined>>;
