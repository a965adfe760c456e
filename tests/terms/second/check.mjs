// Verifies and signs Data Integrity proofs with Digital Bazaar's packages. It reads one JSON value from standard input and
// writes one: {document, contexts} -> {verified: [true, …]}; {document, contexts, key, created} -> {signed: document}.
// Nothing is fetched: contexts come with the question, keys lie in the document itself.

import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

const {purposes: {AssertionProofPurpose}} = jsigs;
const {document, contexts, key, created} = JSON.parse(readFileSync(0, 'utf8'));

function* nodesOf(value) {
  if(value !== null && typeof value === 'object') {
    yield value;
    for(const inner of Object.values(value)) {
      yield* nodesOf(inner);
    }
  }
}

const listed = value => value === undefined ? [] : [value].flat();
const node = (id, name) => [...nodesOf(document)].find(one => one.id === id && name in one);

function keyOf(id) {
  const found = node(id, 'sec:publicKeyMultibase');
  return found && {
    '@context': 'https://w3id.org/security/multikey/v1', id, type: 'Multikey',
    controller: found['sec:controller'].id, publicKeyMultibase: found['sec:publicKeyMultibase']['@value']
  };
}

function ownerOf(id) {
  const found = node(id, 'sec:assertionMethod');
  return found && {
    '@context': 'https://www.w3.org/ns/did/v1', id,
    assertionMethod: listed(found['sec:assertionMethod']).map(one => one.id)
  };
}

async function documentLoader(url) {
  const found = contexts[url] ?? keyOf(url) ?? ownerOf(url);
  if(!found) {
    throw new Error(`${url} is not here`);
  }
  return {contextUrl: null, documentUrl: url, document: found};
}

const purpose = new AssertionProofPurpose();
if(key) {
  const pair = await Ed25519Multikey.from({'@context': 'https://w3id.org/security/multikey/v1', type: 'Multikey', ...key});
  const suite = new DataIntegrityProof({cryptosuite, signer: pair.signer(), date: created});
  const signed = await jsigs.sign(document, {suite, purpose, documentLoader});
  console.log(JSON.stringify({signed}));
} else {
  const verified = [];
  for(const proof of listed(document.proof)) {
    const suite = new DataIntegrityProof({cryptosuite});
    const result = await jsigs.verify({...document, proof}, {suite, purpose, documentLoader});
    verified.push(result.verified);
  }
  console.log(JSON.stringify({verified}));
}
