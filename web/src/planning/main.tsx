/** Where planners work: analyses, what was run, and its results. */
import './planning.css';
import '../messages/planning';
import {Analyses} from './analyses';
import {AnalysisForm} from './form';
import {Run} from './run';
import {ScenarioPage} from './scenarios';
import {StudyPage} from './study';
import {part} from '../site/address';
import {startPage} from '../site/page';

startPage('planning', 'pagePlanning', () => {
  if (part('run')) return <Run id={part('run')} />;
  if (part('scenario')) return <ScenarioPage key={part('scenario')} id={part('scenario')} />;
  if (part('analysis')) return <AnalysisForm key={part('analysis')} id={part('analysis')} />;
  return part('study') ? <StudyPage key={part('study')} id={part('study')} /> : <Analyses />;
});
