/** The catalogue: what there is, found by words, theme and agency, and each of them with all that is known of it. */
import './catalogue.css';
import {List} from './list';
import {RecordPage} from './record';
import {part} from '../site/address';
import {startPage} from '../site/page';

startPage('catalogue', 'pageCatalogue', () => part('id') ? <RecordPage id={part('id')} /> : <List />);
