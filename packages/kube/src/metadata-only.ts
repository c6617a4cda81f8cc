const media = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** Asks a list and a watch for metadata alone, without the content of the objects. */
export const METADATA_ONLY = {
  list: media('PartialObjectMetadataList'),
  watch: media('PartialObjectMetadata'),
};
