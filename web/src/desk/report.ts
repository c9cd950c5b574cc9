/** What a diagnosis says, as the API describes it. */
import type {Delivery} from './delivery';

export type Report = NonNullable<Delivery['report']>;
export type Candidate = Report['crs']['candidates'][number];
