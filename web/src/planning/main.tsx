/** Where planners work: analyses, what was run, and its results. */
import './planning.css';
import {Analyses} from './analyses';
import {AnalysisForm} from './form';
import {Run} from './run';
import {part} from '../site/address';
import {startPage} from '../site/page';

startPage('planning', 'pagePlanning', () => {
  if (part('run')) return <Run id={part('run')} />;
  return part('analysis') ? <AnalysisForm key={part('analysis')} id={part('analysis')} /> : <Analyses />;
});
