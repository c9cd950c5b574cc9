/** What a diagnosis says, as far as the page shows it (etl/report/model.py). */
import type {Text} from '../messages';

export interface Candidate {
  crs: string;
  score: number;
  evidence: Text;
  distance_m: number | null;
  places: [number, number][];
}

export interface Report {
  verdict: 'accepted' | 'returned' | 'undecided' | 'superseded';
  error: Text | null;
  crs: {declared: string | null; decided: string | null; candidates: Candidate[]};
  columns: Record<string, string>;
  text: Record<string, {encoding: string; candidates: {encoding: string; score: number; evidence: Text}[]}>;
  rows: {read: number; good: number; bad_rows: number; by_code: Record<string, number>; warnings_by_code: Record<string, number>};
  diff: {added: number; changed: number; closed: number; unchanged: number} | null;
  notes: Text[];
}
